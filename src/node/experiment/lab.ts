/** @file The lab's built files, and the browser to look at them with. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Where the build puts the page; run from source (tests), the build's is used all the same. */
export const labFolder: string = fileURLToPath(new URL('../../../dist/studio/', import.meta.url))

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
}

/** Asks the system to show an address in its browser; false where it has no way to. */
export async function openBrowser(address: string): Promise<boolean> {
  const [program, ...args] = openers[process.platform] ?? ['xdg-open']
  return new Promise((resolve) => {
    const child = spawn(program, [...args, address], { stdio: 'ignore', detached: true })
    child.once('error', () => resolve(false))
    child.once('spawn', () => {
      child.unref()
      resolve(true)
    })
  })
}
