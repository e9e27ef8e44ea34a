import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { cosface } from './command.ts'

const built = (file: string): string => fileURLToPath(new URL(`../dist/${file}`, import.meta.url))

describe('cosface lab', () => {
  test.skipIf(!existsSync(built('studio/index.html')))(
    'prints its address, serves the page, ends with Ctrl-C (skipped where the page is not built: npm run build)',
    async () => {
      const child = spawn(process.execPath, [built('cli/main.js'), 'lab', '--port', '0'], {
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const ended = new Promise((resolve) => child.on('close', resolve))
      const address = await new Promise<string>((resolve) => {
        let said = ''
        child.stdout.on('data', (piece: Buffer) => {
          said += piece.toString()
          const found = /The lab is at (http:\S+)/.exec(said)?.[1]
          if (found !== undefined) resolve(found)
        })
      })
      const page = await (await fetch(address)).text()
      expect(page).toContain('<div id="lab">')
      // relative addresses: the folder works at any path of any host
      expect([...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file = '']) => file)).toEqual(
        expect.arrayContaining([expect.stringMatching(/^\.\/assets\/.*\.js$/)]),
      )
      child.kill('SIGINT')
      expect(await ended).toBe(0)
    },
  )

  test('what its port cannot be', async () => {
    const { code, output } = await cosface(['lab', '--port', '99999'])
    expect([code, output]).toEqual([
      2,
      expect.stringContaining('Expected `--port` to be an integer in [0, 65535]'),
    ])
  })
})
