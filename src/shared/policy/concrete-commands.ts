/** Finds concrete commands in a specify.md: choosing one would take the decision away from the plan. Pure. */
import type { Finding, Place } from './finding.ts'

const CLOUD_SERVICE =
  'autoscaling|cloudformation|cloudwatch|dynamodb|ec2|ecr|ecs|eks|elasticache|elb|elbv2|events|iam|kms|lambda|logs|rds|route53|s3|s3api|sns|sqs|ssm|sts'
const AZURE_GROUP =
  'account|acr|aks|appservice|container|containerapp|cosmosdb|deployment|disk|functionapp|group|keyvault|login|monitor|mysql|network|postgres|redis|resource|rest|role|snapshot|sql|storage|vm|vmss|webapp'
const CLUSTER_VERB =
  'annotate|apply|autoscale|cordon|cp|create|delete|describe|diff|drain|edit|exec|expose|get|label|logs|patch|port-forward|replace|rollback|rollout|run|scale|set|taint|top|uncordon|uninstall|upgrade|wait'

/** Commands may be broken over lines and dressed in backticks, so patterns run over the whole text. */
const COMMANDS: readonly RegExp[] = [
  new RegExp(`\\b(?:kubectl|oc|helm)\\s+(?:-{1,2}\\w\\S*|(?:${CLUSTER_VERB})\\b)(?:[ \\t]+[^\\s\`]+){0,3}`, 'gi'),
  /`\s*kubectl\s+[^`\n]+`/gi,
  new RegExp(`\\baws\\s+(?:--\\S+|(?:${CLOUD_SERVICE})\\s+[a-z][\\w-]*)`, 'g'),
  /\bgcloud\s+(?:--\S+|(?:alpha|beta)\s+[a-z-]+|[a-z][a-z-]*\s+[a-z][a-z-]*)/g,
  new RegExp(`\\baz\\s+(?:--\\S+|(?:${AZURE_GROUP})\\s+[a-z-]+)`, 'g'),
  /\b(?:GET|HEAD|POST|PUT|PATCH|DELETE)\b[`"'*]*\s+[`"'*<]*(?:https?:\/\/|\/)[^\s`]*/g,
  /\b(?:POST|PUT|PATCH|DELETE)\b[`"'*]*\s+(?:[\w/-]+\s+){0,4}?(?:API|endpoint|request)s?\b/g,
  /\b(?:docker|podman|systemctl)\s+(?:restart|stop|start|kill|rm|run|exec|scale|reload)\b(?!\s+polic)(?:[ \t]+[^\s`]+){0,3}/g,
  /\bterraform\s+(?:apply|destroy|import|taint)\b/g,
  /^[ \t]*(`{3,}|~{3,})\s*(?:sh|bash|zsh|shell|console|powershell)\b[\s\S]*?(?:^[ \t]*\1|$(?![\s\S]))/gm,
  /\b(?:curl|wget)\s+(?:-{1,2}\w|[`"']?https?:)[^\n`]*/gi,
]

const placeAt = (text: string, offset: number): Place => {
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}

/** One finding per place, in order; of overlapping matches the first one counts. */
export const concreteCommands = (text: string): Finding[] => {
  const matches = COMMANDS.flatMap((pattern) => [...text.matchAll(pattern)]).sort((a, b) => a.index - b.index)
  let end = 0
  return matches.flatMap((match) => {
    if (match.index < end) return []
    end = match.index + match[0].length
    const command = match[0].replaceAll('`', '').replace(/\s+/g, ' ').trim()
    const shown = command.length > 60 ? `${command.slice(0, 59)}…` : command
    const message = `'${shown}' chooses a concrete command`
    const fix = 'state what must be true instead; the plan chooses how'
    return [{ ...placeAt(text, match.index + match[0].search(/[^`\s]/)), code: 'concrete_command', message, fix }]
  })
}
