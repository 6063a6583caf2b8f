import { describe, expect, it } from 'vitest'
import { concreteCommands } from './concrete-commands.ts'

describe('concreteCommands', () => {
  it.each([
    'kubectl delete pod api-1',
    '`kubectl rollout restart deployment/api`',
    '`kubectl whatever`',
    'Kubectl scale the deployment',
    'kubectl\n  delete pod api-1',
    'kubectl --context prod delete pod x',
    'helm rollback api',
    'aws ecs update-service --force-new-deployment',
    'aws --region eu-west-1 ec2 reboot-instances',
    'gcloud compute instances reset api-1',
    'az vm restart --name api-1',
    'DELETE /api/v1/namespaces/prod/pods/api-1',
    '`PATCH` `/apis/apps/v1/deployments/api`',
    'POST https://api.example.com/restart',
    'send a DELETE request to the pods API',
    'PATCH the deployments endpoint',
    'curl -X POST https://api.example.com/restart',
    'docker restart api',
    '`systemctl restart api.service`',
    'terraform apply',
    '```sh\nsome-tool --now\nkubectl delete pod x\n```',
    '~~~bash\nsome-tool --now',
  ])('%j chooses a command', (text) => {
    expect(concreteCommands(`Text before.\n${text}`)).toMatchObject([{ code: 'concrete_command' }])
  })

  it.each([
    'One pod gives way to a fresh one.',
    'Nobody needs `kubectl` for this.',
    'AWS was slow that night, and Azure too.',
    'Delete nothing; post a note; get a second opinion.',
    'The API answers a request within 300 ms.',
    'Use https://wiki.example.com/kubectl for reference.',
    'restart_pod',
    'A docker restart policy is not touched.',
    '```yaml\n- action: restart_pod\n```',
  ])('%j does not', (text) => {
    expect(concreteCommands(text)).toEqual([])
  })

  it('names the line and the column of each, in order', () => {
    const found = concreteCommands('first\r\nthen kubectl delete pod x\n\nand DELETE /pods/x')
    expect(found.map(({ line, column }) => [line, column])).toEqual([
      [2, 6],
      [4, 5],
    ])
  })
})
