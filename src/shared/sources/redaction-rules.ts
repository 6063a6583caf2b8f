/**
 * What is taken out of a delivery and what stays, by the name of the field: for every source, and more for some. Names are
 * compared without case, dashes, dots, spaces and underscores. docs/quarantine.md says the same for people.
 */
import type { SourceName } from '../contracts/alert.ts'
import type { Source } from './source.ts'

const plain = (name: string): string => name.toLowerCase().replace(/[-_. ]/g, '')

const set = (...lists: string[]): ReadonlySet<string> =>
  new Set(lists.flatMap((list) => list.trim().split(/\s+/).map(plain)))

/** Goes, with all that lies under it: persons, what people write, secrets, links, and what tells of accounts and hosts. */
const PRIVATE = set(
  `agent assignee assignees actor user users user_id username user_name full_name first_name last_name display_name email
   emails mail phone mobile telephone recipient recipients responders owner caller caller_id opened_by closed_by resolved_by
   acked_by acknowledged_by ack_author assigned_to sys_updated_by sys_created_by created_by updated_by author
   last_status_change_by users_paged send_to contact customer patient conference_bridge escalation_policy client`,
  `description summary message msg event_msg text content comment comments work_notes close_notes notes note cause
   state_message documentation operation_data value_string reason new_state_reason new_state_reason_data error exception
   stacktrace culprit logentry breadcrumbs description_text description_title alert_status long_description`,
  `token password passwd secret api_key access_key routing_key service_key integration_key private_key authorization cookie
   cookies signature signing_cert_url subscribe_url unsubscribe_url credentials session request headers query_string
   data_base64`,
  `generator_url silence_url image_url embedded_image snapshot panel_url dashboard_url external_url runbook_url url link href
   self html_url client_url issue_url web_url rule_url ip ip_address host_ip client_ip remote_addr server_name hostname
   aws_account_id account_id account subscription_id tenant_id resource_id scoping_project_id scoping_project_number
   project_id topic_arn`,
)

/** The same by how a name ends, whoever it is of: `customer_phone`, `contact_email_address`. */
const PRIVATE_END = /(?:phone(?:no|number)?|mobile(?:no|number)?|msisdn|iban|email(?:address)?)s?$/

/** Whether a number under this name is one to call or an id of a person or an account, so that nobody measured it. */
export const isOfSomebody = (name: string): boolean => {
  const field = plain(name)
  return PRIVATE_END.test(field) || (field.endsWith('id') && PRIVATE.has(field))
}

/** What things are called: stays as it is, blanks and all, unless it looks like a person or a secret. */
const NAME = set(
  `service service_name app application namespace kube_namespace namespace_name pod pod_name alert_name alertname rule_name
   rulename incident_class alarm_name alert_rule policy_name alert_policy_names alert_condition_names condition_name
   triggered_rule trigger_name event_name alert_title monitor_name group_key`,
)

/** The same, where `name`, `summary` or `display_value` is that of the field above it. */
const NAME_OF = set(
  `service.name service.summary priority.summary priority.name monitor.name alert_rule.name attributes.name
   cmdb_ci.display_value business_service.display_value`,
)

/** Default titles of Alertmanager and Grafana name class and service; every other title may name a person. */
const TITLE = set('title subject short_description entity_display_name')

/** Texts in which `service=api` or `service:api` says what it is about; all else in them is what somebody wrote. */
const PAIRS = set('alarm_description query tags alert_query')

/** Ids that hold an account: their digest is what an adapter makes of them. */
const ACCOUNT_ID = set('alarm_arn alert_id origin_alert_id')

/** Paths of which the last part is a name. */
const LAST_PART = set('alert_rule_id')

interface OfSource {
  private?: ReadonlySet<string>
  name?: ReadonlySet<string>
  title?: ReadonlySet<string>
  /** JSON in a text; what is not goes. */
  json?: ReadonlySet<string>
  /** Where the sender adds what it likes: everything but these goes. */
  only?: ReadonlySet<string>
}

const OF_SOURCE: Partial<Record<SourceName, OfSource>> = {
  alertmanager: { private: set('receiver') },
  grafana: { private: set('receiver') },
  opsgenie: { private: set('source'), name: set('entity'), title: set('message') },
  datadog: { private: set('org') },
  cloudwatch_sns: { json: set('message') },
  uptime_kuma: { private: set('response') },
  cloudevents: { name: set('source') },
  // Nobody knows its format: what such fields hold is most often the name of a rule.
  custom: { name: set('name check rule alert monitor') },
  splunk_oncall: {
    title: set('entity_display_name service'),
    only: set(
      `incident incident_id entity_id entity_display_name entity_state message_type alert_type current_phase timestamp
       state_start_time service service_name namespace pod alertname priority monitoring_tool vo_alert_rcv_time vo_uuid`,
    ),
  },
}

export type Rule = 'private' | 'name' | 'title' | 'json' | 'pairs' | 'account_id' | 'last_part' | 'other'

/** The rule for the field `name` under `above`, which is '' where there is none. */
export const ruleFor = (
  { name: source, names = [] }: Pick<Source, 'name' | 'names'>,
  name: string,
  above: string,
): Rule => {
  if (names.includes(name)) return 'name'
  const [field, both] = [plain(name), `${plain(above)}${plain(name)}`]
  const own = OF_SOURCE[source] ?? {}
  if (own.title?.has(field)) return 'title'
  if (own.json?.has(field) && above === '') return 'json'
  if (own.only && above === '' && name !== '' && !own.only.has(field)) return 'private'
  if (own.name?.has(field) || NAME_OF.has(both)) return 'name'
  if (own.private?.has(field) || PRIVATE.has(field) || PRIVATE_END.test(field)) return 'private'
  if (TITLE.has(field)) return 'title'
  if (PAIRS.has(field)) return 'pairs'
  if (ACCOUNT_ID.has(field)) return 'account_id'
  if (LAST_PART.has(field)) return 'last_part'
  return NAME.has(field) ? 'name' : 'other'
}
