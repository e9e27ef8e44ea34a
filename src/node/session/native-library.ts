/** @file Where the ONNX Runtime library lies that `onnxruntime-node` ships, and opening it. */
import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { MissingPartError } from '../../base/errors.ts'

/** Installs `onnxruntime-node` without its download of CUDA parts, which fails where that feed is out of reach. */
export const installRuntime = 'ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node'

/** Installs the bridge that the native driver calls the library through. */
export const installKoffi = 'npm install koffi'

// the unversioned name first: it is the one the binding itself links to, and one file must not be loaded twice
const libraryNames: Readonly<Record<string, readonly RegExp[]>> = {
  linux: [/^libonnxruntime\.so\.1$/, /^libonnxruntime\.so/],
  darwin: [/^libonnxruntime\.1\.dylib$/, /^libonnxruntime.*\.dylib$/],
  win32: [/^onnxruntime\.dll$/],
}

/** Whether a package can be resolved from here. */
export function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name)
    return true
  } catch {
    return false
  }
}

/** The folder of the installed `onnxruntime-node`, or undefined. */
export function runtimeFolder(): string | undefined {
  try {
    const main = createRequire(import.meta.url).resolve('onnxruntime-node')
    for (let folder = path.dirname(main); folder !== path.dirname(folder); folder = path.dirname(folder))
      if (existsSync(path.join(folder, 'package.json'))) return folder
  } catch {
    // not installed
  }
  return undefined
}

/** The path of the library for this platform. @throws MissingPartError saying what to install */
export function findLibrary(): string {
  const folder = runtimeFolder()
  if (folder === undefined)
    throw new MissingPartError(`onnxruntime-node is not installed; install it with \`${installRuntime}\``)
  const binaries = path.join(folder, 'bin')
  const builds = existsSync(binaries) ? readdirSync(binaries).toSorted().toReversed() : []
  for (const build of builds) {
    const place = path.join(binaries, build, process.platform, process.arch)
    if (!existsSync(place)) continue
    const files = readdirSync(place)
    for (const pattern of libraryNames[process.platform] ?? []) {
      const file = files.find((name) => pattern.test(name))
      if (file !== undefined) return path.join(place, file)
    }
  }
  throw new MissingPartError(
    `onnxruntime-node has no library for ${process.platform} on ${process.arch}; install onnxruntime-web instead`,
  )
}
