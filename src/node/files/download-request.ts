/** @file One HTTP request whose answer is taken byte for byte as it lies on the server, redirects followed. */
import type { IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http'
import { UsageError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { bodyPieces } from './body-pieces.ts'

export interface RequestOptionsOf {
  readonly headers: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  /** Without a byte for so many milliseconds the connection counts as cut. */
  readonly idle: number
}

/** The answer's head; its body is read from `pieces`, and given up by destroying `stream`. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** After redirects. */
  readonly url: string
  readonly stream: { destroy(): unknown }
  readonly pieces: AsyncIterable<Uint8Array>
}

/** Asks for an address; `request` does it plainly, others by way of npm's settings. */
export type Transport = (url: string, options: RequestOptionsOf) => Promise<Answer>

const redirectLimit = 8
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** The address, if it is one of the web. @throws UsageError */
export function webAddress(url: string): URL {
  const address = URL.canParse(url) ? new URL(url) : undefined
  if (address !== undefined && (address.protocol === 'http:' || address.protocol === 'https:')) return address
  throw new UsageError(`Expected an address that begins with http:// or https://, got ${JSON.stringify(url)}`)
}

const once = async (address: URL, options: RequestOptionsOf): Promise<IncomingMessage> => {
  // no `fetch`: it would undo a Content-Encoding, and .tgz files are served with one here and there
  const { request } = await (address.protocol === 'https:' ? import('node:https') : import('node:http'))
  const how: RequestOptions = {
    headers: options.headers,
    agent: false,
    ...given({ signal: options.signal }),
  }
  return new Promise((resolve, reject) => {
    const asked = request(address, how, resolve)
    asked.setTimeout(options.idle, () =>
      asked.destroy(new Error(`no answer for ${Math.round(options.idle / 1000)} s`)),
    )
    asked.on('error', reject)
    asked.end()
  })
}

/** Asks for `url`. @throws UsageError for another kind of address, Error where the connection fails */
export async function request(url: string, options: RequestOptionsOf): Promise<Answer> {
  let address = webAddress(url)
  for (let hops = 0; hops <= redirectLimit; hops++) {
    const stream = await once(address, options)
    const { statusCode: status = 0, headers } = stream
    const { location } = headers
    if (!redirects.has(status) || location === undefined)
      return { status, headers, url: address.href, stream, pieces: bodyPieces(stream) }
    stream.destroy()
    const next = webAddress(new URL(location, address).href)
    if (address.protocol === 'https:' && next.protocol === 'http:')
      throw new Error(`${address.href} leads from https to http`)
    address = next
  }
  throw new Error(`${url} leads on more than ${redirectLimit} times`)
}
