/**
 * Carries out the Dockerfile without a container engine: `node scripts/image.mjs <folder>` makes a folder for each stage
 * below it, as the image's own root, and prints what runs in the last one: where, with what environment, CMD and
 * HEALTHCHECK. It knows the instructions the Dockerfile uses and no others. Users and base images are the engine's part.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const read = (file) => readFileSync(join(root, file), 'utf8')

/** Instructions with their text; a line that ends in a backslash goes on. */
export const instructionsOf = (dockerfile) =>
  dockerfile
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() && !line.startsWith('#'))
    .map((line) => {
      const [, name, text] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? []
      if (!name) throw new Error(`not an instruction: ${line}`)
      return { name, text: text.trim() }
    })

/** What .dockerignore lets through: it shuts out everything and then names what it does not. */
const lettingThrough = () => {
  const lines = read('.dockerignore').split('\n')
  if (!lines.includes('*'))
    throw new Error('.dockerignore must shut out everything (*) and name what the build may see')
  return lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1))
}

const copyAll = (names, from, to, into) => {
  for (const name of names) {
    const source = join(from, name)
    if (!existsSync(source)) throw new Error(`COPY ${name}: there is no such file`)
    const target = into ? join(to, basename(name)) : to
    mkdirSync(dirname(target), { recursive: true })
    cpSync(source, target, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
  }
}

const run = (command, cwd, env) => {
  // A warm cache is as good as the registry, and the folder is the whole world of the step.
  const settings = { PATH: process.env.PATH, HOME: process.env.HOME, npm_config_prefer_offline: 'true' }
  const { status, stderr } = spawnSync('sh', ['-c', command], {
    cwd,
    env: { ...settings, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  if (status !== 0) throw new Error(`RUN ${command} ended with ${status}: ${stderr}`)
}

/** Each stage works on its own folder; the last one's is the image. */
export const makeImage = (folder) => {
  const allowed = lettingThrough()
  const folders = new Map()
  let stage = { folder: '', workdir: '/', env: {} }
  const inside = (path) => join(stage.folder, path.startsWith('/') ? path : join(stage.workdir, path))
  const steps = {
    FROM: (text) => {
      const [, name = 'image'] = / AS (\S+)$/.exec(text) ?? []
      stage = { folder: join(folder, name), workdir: '/', env: {} }
      folders.set(name, stage.folder)
      mkdirSync(stage.folder, { recursive: true })
    },
    WORKDIR: (text) => {
      stage.workdir = text
      mkdirSync(inside('.'), { recursive: true })
    },
    COPY: (text) => {
      const [, , from, rest] = /^(--from=(\S+) )?(.*)$/.exec(text)
      const names = rest.split(/\s+/)
      const to = names.pop()
      if (!from)
        for (const name of names)
          if (!allowed.includes(name)) throw new Error(`COPY ${name}: .dockerignore does not let it through`)
      const source = from ? folders.get(from) : root
      const into = to.endsWith('/') && names.every((name) => statSync(join(source, name)).isFile())
      copyAll(names, source, inside(to), into)
    },
    RUN: (text) => run(text, inside('.'), stage.env),
    ENV: (text) => {
      for (const [, name, value] of text.matchAll(/(\w+)=(\S+)/g)) stage.env[name] = value
    },
    CMD: (text) => {
      stage.cmd = JSON.parse(text)
    },
    HEALTHCHECK: (text) => {
      stage.healthcheck = JSON.parse(text.slice(text.indexOf('CMD ') + 4))
    },
    USER: (text) => {
      stage.user = text
    },
    EXPOSE: () => {},
  }
  for (const { name, text } of instructionsOf(read('Dockerfile'))) {
    if (!Object.hasOwn(steps, name)) throw new Error(`${name} is not known here`)
    steps[name](text)
  }
  const { env, cmd, healthcheck, user } = stage
  return { cwd: inside('.'), files: readdirSync(inside('.')), env, cmd, healthcheck, user }
}

const [, script, folder] = process.argv
if (script === fileURLToPath(import.meta.url)) {
  if (!folder || (existsSync(folder) && readdirSync(folder).length > 0)) {
    process.stderr.write('usage: node scripts/image.mjs <folder>, one that is empty or not there yet\n')
    process.exitCode = 2
  } else process.stdout.write(`${JSON.stringify(makeImage(folder), null, 2)}\n`)
}
