/** What one source file imports and touches, read from its syntax tree. */
import ts from 'typescript'

export interface Import {
  specifier: string
  /** The names taken; none for a whole namespace, a default or the side effect. */
  names: string[]
  typeOnly: boolean
}

export interface Source {
  imports: Import[]
  /** Imports whose target is computed. */
  unreadable: string[]
  /** Uses of the environment of the process. */
  environment: string[]
  /** Uses of anything that is not a function of its arguments: clock, chance, process, network, timers, console. */
  impure: string[]
}

const IMPURE_GLOBALS = new Set([
  ...['process', 'globalThis', 'global', 'require', 'console', 'fetch', 'WebSocket', 'EventSource', 'crypto'],
  ...['performance', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'Bun', 'Deno', 'eval'],
])

const isCalled = (node: ts.Node, object: string, name: string): boolean =>
  ts.isPropertyAccessExpression(node) &&
  ts.isIdentifier(node.expression) &&
  node.expression.text === object &&
  node.name.text === name

/** A name that refers to a variable: not a property, a key or part of a type. */
const isVariable = (node: ts.Node): node is ts.Identifier => {
  if (!ts.isIdentifier(node)) return false
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  if (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isMethodSignature(parent))
    return parent.name !== node
  return !ts.isTypeReferenceNode(parent) && !ts.isQualifiedName(parent) && !ts.isImportSpecifier(parent)
}

const importOf = (node: ts.ImportDeclaration | ts.ExportDeclaration): Import | null => {
  if (!node.moduleSpecifier || !ts.isStringLiteral(node.moduleSpecifier)) return null
  const specifier = node.moduleSpecifier.text
  if (ts.isExportDeclaration(node)) {
    const { exportClause } = node
    const named = exportClause && ts.isNamedExports(exportClause) ? exportClause.elements : []
    return {
      specifier,
      names: named.map(({ propertyName, name }) => (propertyName ?? name).text),
      typeOnly: node.isTypeOnly,
    }
  }
  const bindings = node.importClause?.namedBindings
  const named = bindings && ts.isNamedImports(bindings) && !node.importClause?.name ? bindings.elements : []
  return {
    specifier,
    names: named.map(({ propertyName, name }) => (propertyName ?? name).text),
    typeOnly: node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword,
  }
}

export const readSource = (path: string, text: string): Source => {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const found: Source = { imports: [], unreadable: [], environment: [], impure: [] }
  const lineOf = (node: ts.Node): string => `line ${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`

  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      const one = importOf(node)
      if (one) found.imports.push(one)
      if (one && /^(node:)?process$/.test(one.specifier)) found.environment.push(`${lineOf(node)} imports process`)
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [target] = node.arguments
      if (target && ts.isStringLiteralLike(target))
        found.imports.push({ specifier: target.text, names: [], typeOnly: false })
      else found.unreadable.push(node.getText())
    }
    if (isVariable(node)) {
      if (IMPURE_GLOBALS.has(node.text)) found.impure.push(`${lineOf(node)} uses ${node.text}`)
      const { parent } = node
      // `process.exitCode` and the like are named; `process` handed on, or taken apart, could be read for its `env`.
      const named = ts.isPropertyAccessExpression(parent) && parent.expression === node && parent.name.text !== 'env'
      if (node.text === 'process' && !named) found.environment.push(`${lineOf(node)} reads the environment`)
    }
    if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length)
      found.impure.push(`${lineOf(node)} reads the clock`)
    if (ts.isCallExpression(node) && node.expression.getText() === 'Date')
      found.impure.push(`${lineOf(node)} reads the clock`)
    if (isCalled(node, 'Date', 'now')) found.impure.push(`${lineOf(node)} reads the clock`)
    if (isCalled(node, 'Math', 'random')) found.impure.push(`${lineOf(node)} uses chance`)
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}
