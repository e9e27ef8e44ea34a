/** @file The figures' colours as data: told apart by colour-blind readers, each with a light and a dark form. */

/** One colour in both themes. */
export interface Colour {
  readonly light: string
  readonly dark: string
}

/** Light or dark. */
export type Theme = 'light' | 'dark'

/** The names of the figures' colours. */
export type ColourName =
  | 'ink'
  | 'soft'
  | 'faint'
  | 'grid'
  | 'surface'
  | 'blue'
  | 'orange'
  | 'green'
  | 'purple'
  | 'amber'
  | 'grey'

/** Every named colour of the figures. */
export const palette: Readonly<Record<ColourName, Colour>> = {
  ink: { light: '#1d2126', dark: '#e8eaed' },
  soft: { light: '#59626d', dark: '#a3acb7' },
  faint: { light: '#8d96a1', dark: '#79828d' },
  grid: { light: '#e6e8eb', dark: '#30353b' },
  surface: { light: '#ffffff', dark: '#1b1e22' },
  // after Okabe and Ito; darkened on white and lightened on black until each reads at 3:1
  blue: { light: '#0072b2', dark: '#5ab4ea' },
  orange: { light: '#c0520a', dark: '#f0915a' },
  green: { light: '#00825f', dark: '#35c496' },
  purple: { light: '#a8508a', dark: '#dc9dc3' },
  amber: { light: '#9a6d00', dark: '#e4b84c' },
  grey: { light: '#6b7480', dark: '#98a2ae' },
}

/** Series take these in turn. */
export const seriesColours: readonly ColourName[] = ['blue', 'orange', 'green', 'purple', 'amber', 'grey']

/** Eight identities; every two are told apart with each kind of sight, and neighbours in this order best. */
export const identityColours: readonly Colour[] = [
  { light: '#597eea', dark: '#1e69e0' },
  { light: '#c33577', dark: '#edd2e0' },
  { light: '#dfa127', dark: '#e5ab2e' },
  { light: '#132f21', dark: '#20a87b' },
  { light: '#57127e', dark: '#da98f2' },
  { light: '#62650f', dark: '#e7e69f' },
  { light: '#42b7d9', dark: '#337584' },
  { light: '#f09586', dark: '#c73722' },
]

/** The CSS value of a colour: a variable with the light form as fallback. */
export function paint(name: ColourName): string {
  return `var(--cf-${name}, ${palette[name].light})`
}

/** The CSS value of an identity's colour; identities beyond the eighth repeat. */
export function identityPaint(identity: number): string {
  const index = identity % identityColours.length
  return `var(--cf-identity-${index}, ${identityColours[index]?.light ?? palette.grey.light})`
}

const variables = (theme: Theme): ReadonlyMap<string, string> =>
  new Map([
    ...Object.entries(palette).map(([name, colour]): [string, string] => [`--cf-${name}`, colour[theme]]),
    ...identityColours.map((colour, index): [string, string] => [`--cf-identity-${index}`, colour[theme]]),
  ])

/** The declarations of all colour variables in one theme. */
export function paletteCss(theme: Theme): string {
  return [...variables(theme)].map(([name, value]) => `${name}: ${value};`).join(' ')
}

/** A figure that stands alone: colours filled in, background painted, fit for files and for renderers without CSS variables. */
export function standalone(svg: string, theme: Theme = 'light'): string {
  const values = variables(theme)
  const filled = svg.replaceAll(
    /var\((--cf-[a-z0-9-]+), [^()]*\)/g,
    (whole, name: string) => values.get(name) ?? whole,
  )
  const ground = `<rect width="100%" height="100%" fill="${values.get('--cf-surface') ?? 'none'}"/>`
  return filled
    .replace('fill="currentColor"', `fill="${values.get('--cf-ink') ?? '#000'}"`)
    .replace(/(<svg[^>]*>(?:<title>[^<]*<\/title>)?(?:<desc>[^<]*<\/desc>)?)/, `$1${ground}`)
}
