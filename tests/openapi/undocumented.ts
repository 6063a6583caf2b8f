/** Holds an answer of the API to its document: status, media type and body must be among those of the operation. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { DESCRIBED, DOCUMENT } from './document.ts'

export interface Answered {
  method: string
  /** As it was asked for, with the query. */
  url: string
  status: number
  contentType: string | undefined
  body: string
}

const ajv = new Ajv2020({ strict: false, allErrors: true })
formats.default(ajv)
ajv.addSchema({ ...DOCUMENT, $id: 'api' })

const escaped = (text: string) => encodeURIComponent(text.replaceAll('~', '~0').replaceAll('/', '~1'))
const validators = new Map<string, ValidateFunction>()
const validatorAt = (...steps: string[]): ValidateFunction => {
  const $ref = `api#/${steps.map(escaped).join('/')}`
  const known = validators.get($ref) ?? ajv.compile({ $ref })
  validators.set($ref, known)
  return known
}

const ROUTES = DESCRIBED.map((described) => ({
  ...described,
  address: new RegExp(`^${described.path.replace(/\{\w+\}/g, '[^/]*')}$`),
}))

/** The operation that answers; the router has taken an address as it is written for one with a parameter. */
export const operationAt = (method: string, url: string) => {
  const [path = ''] = url.split(/[?#]/)
  const found = ROUTES.filter((one) => one.method === method && one.address.test(path))
  return found.find(({ path: written }) => written === path) ?? found[0]
}

/** What there is to say where nothing is documented: that there is nothing, or that it is no address at all. */
const ELSEWHERE = [
  'route_unknown',
  'request_invalid',
  'headers_too_large',
  'request_timeout',
  'expectation_unsupported',
]

const elsewhere = ({ status, body }: Answered): string | null => {
  const { code } = JSON.parse(body)
  return ELSEWHERE.includes(code) && status < 500 ? null : `${status} ${code} at an address that is not documented`
}

/** What is wrong with the answer; null when it is as documented. */
export const undocumented = (answered: Answered): string | null => {
  const { method, url, status, contentType, body } = answered
  const described = operationAt(method, url)
  if (!described) return elsewhere(answered)
  const { path, operation } = described
  const where = `${method} ${path} answered ${status}`
  const response = operation.responses[status]
  if (!response) return `${where}, which is not documented: ${body.slice(0, 300)}`
  if (!response.content) return body === '' ? null : `${where} with a body: ${body.slice(0, 300)}`
  const [media = ''] = (contentType ?? '').split(';')
  if (!response.content[media]) return `${where} as '${media}', not ${Object.keys(response.content).join(' or ')}`
  const steps = ['paths', path, method.toLowerCase(), 'responses', String(status), 'content', media, 'schema']
  const validate = validatorAt(...steps)
  if (validate(media.endsWith('json') ? JSON.parse(body) : body)) return null
  const problems = validate.errors?.map(({ instancePath, message }) => `${instancePath || '/'} ${message}`)
  return `${where} with a body that is not as documented: ${problems?.join('; ')}: ${body.slice(0, 600)}`
}
