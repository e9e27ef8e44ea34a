/**
 * @file `npm run bench`: the races this project has to win, skipped with a sentence where there is no peer; and `gallery`, with a
 * number of people, which races nobody.
 */
import { benchEmbed } from './embed.ts'
import { benchGallery } from './gallery.ts'
import { missingPeer } from './peer.ts'
import { benchStep } from './step.ts'

const races = { step: benchStep, embed: benchEmbed }

const wanted = process.argv.slice(2)
if (wanted[0] === 'gallery') {
  process.stdout.write(`${(await benchGallery(Number(wanted[1] ?? 100_000))).join('\n')}\n`)
} else {
  const missing = missingPeer()
  if (missing !== undefined) {
    process.stdout.write(`skipped: ${missing}\n`)
  } else {
    for (const [name, run] of Object.entries(races)) {
      if (wanted.length > 0 && !wanted.includes(name)) continue
      process.stdout.write(`${(await run()).join('\n')}\n`)
    }
  }
}
