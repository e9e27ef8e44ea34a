/** @file `npm run bench`: the races this project has to win; skipped with a sentence where there is no peer. */
import { benchEmbed } from './embed.ts'
import { missingPeer } from './peer.ts'
import { benchStep } from './step.ts'

const races = { step: benchStep, embed: benchEmbed }

const missing = missingPeer()
if (missing !== undefined) {
  process.stdout.write(`skipped: ${missing}\n`)
} else {
  const wanted = process.argv.slice(2)
  for (const [name, run] of Object.entries(races)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    process.stdout.write(`${(await run()).join('\n')}\n`)
  }
}
