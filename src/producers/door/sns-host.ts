/** The one host that speaks for a topic of SNS: that of its own region. `topicArn` is one of the secrets file. */
export const snsHost = (topicArn: string): string => {
  const [, partition, , region] = topicArn.split(':')
  return `sns.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}`
}
