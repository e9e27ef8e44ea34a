/** @file The page of clustered faces: each cluster with its pictures, numbers to correct it by, and how to name it. */

/** A face of the page. */
export interface ShownFace {
  readonly id: number
  /** Undefined for one too poor to found a person. */
  readonly cluster: number | undefined
  /** For people to read. */
  readonly photograph: string
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const picture = ({ id, photograph }: Omit<ShownFace, 'cluster'>): string =>
  `<figure><img src="crops/${id}.png" alt="Face ${id}" loading="lazy"><figcaption title="${escaped(photograph)}">#${id}</figcaption></figure>`

/** One page, without scripts and without anything from elsewhere. */
export function clusterPage(faces: readonly ShownFace[], names: ReadonlyMap<number, string>): string {
  const clusters = new Map<number, Omit<ShownFace, 'cluster'>[]>()
  const alone: Omit<ShownFace, 'cluster'>[] = []
  for (const face of faces) {
    if (face.cluster === undefined) alone.push(face)
    else clusters.set(face.cluster, [...(clusters.get(face.cluster) ?? []), face])
  }
  const sections = [...clusters]
    .toSorted(([a, x], [b, y]) => y.length - x.length || a - b)
    .map(
      ([cluster, own]) =>
        `<section><h2>${cluster}${names.has(cluster) ? ` · ${escaped(names.get(cluster) ?? '')}` : ''} <small>${own.length}</small></h2>${own.map(picture).join('')}</section>`,
    )
  const rest =
    alone.length === 0
      ? ''
      : `<section><h2>Too poor to found a person</h2>${alone.map(picture).join('')}</section>`
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Faces by person</title>
<style>body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}figure{display:inline-block;margin:.25rem;text-align:center}img{width:96px;height:96px;object-fit:cover;border-radius:4px}figcaption,small{font-size:.8rem;color:#666}h2{font-size:1.1rem;margin:1.5rem 0 .25rem}</style>
<h1>Faces by person</h1>
<p>Write names into <code>names.csv</code> beside this page. Two faces of one person in two clusters: a line <code>must,12,15</code> in <code>links.csv</code>. Two people in one: <code>cannot,12,15</code>. Then run the same command again; with <code>--enrol</code> it enrols the clusters that have names.</p>
${sections.join('\n')}
${rest}
</html>
`
}
