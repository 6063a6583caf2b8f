/** `npm run openapi`: writes `docs/openapi.json` anew. It is committed; a test makes it again and compares. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeDocument } from './make-document.ts'

writeFileSync(join(import.meta.dirname, '../../docs/openapi.json'), await makeDocument())
console.log('docs/openapi.json')
