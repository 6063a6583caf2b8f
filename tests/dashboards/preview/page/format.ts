/** Numbers with their units and colours with their names, about as Grafana shows them. */

const COLOURS: Readonly<Record<string, string>> = {
  text: '#ccccdc',
  green: '#73bf69',
  yellow: '#f2cc0c',
  'dark-yellow': '#e0b400',
  blue: '#5794f2',
  'super-light-blue': '#c0d8ff',
  orange: '#ff9830',
  red: '#f2495c',
  'dark-red': '#c4162a',
  purple: '#b877d9',
}
const PALETTE = [
  '#73bf69',
  '#f2cc0c',
  '#8ab8ff',
  '#ff780a',
  '#f2495c',
  '#5794f2',
  '#b877d9',
  '#705da0',
  '#37872d',
  '#fade2a',
]

export const colourOf = (name: string): string => COLOURS[name] ?? '#ccccdc'
export const paletteAt = (index: number): string => PALETTE[index % PALETTE.length] ?? '#ccccdc'

const plain = (value: number): string => String(Number(value.toPrecision(Math.abs(value) >= 1000 ? 4 : 3)))

/** The largest step that the value reaches. */
const scaled = (value: number, steps: readonly (readonly [from: number, unit: string])[]): string => {
  const [from, unit] = steps.find(([at]) => Math.abs(value) >= at) ?? steps.at(-1) ?? [1, '']
  return `${plain(value / from)}${unit}`
}

const TIMES = [
  [86_400, ' d'],
  [3600, ' h'],
  [60, ' min'],
  [1, ' s'],
  [1e-3, ' ms'],
  [1e-6, ' µs'],
] as const
const BYTES = [
  [2 ** 30, ' GiB'],
  [2 ** 20, ' MiB'],
  [2 ** 10, ' KiB'],
  [1, ' B'],
] as const
const THOUSANDS = [
  [1e6, ' Mil'],
  [1e3, ' K'],
  [1, ''],
] as const

const FORMATS: Readonly<Record<string, (value: number) => string>> = {
  s: (value) => (value === 0 ? '0 s' : scaled(value, TIMES)),
  bytes: (value) => scaled(value, BYTES),
  short: (value) => (Math.abs(value) < 1 ? plain(value) : scaled(value, THOUSANDS)),
  percentunit: (value) => `${plain(value * 100)} %`,
  reqps: (value) => `${plain(value)} req/s`,
  ops: (value) => `${plain(value)} ops/s`,
}

export const format = (value: number, unit: string): string =>
  Number.isNaN(value) ? '' : (FORMATS[unit]?.(value) ?? plain(value))
