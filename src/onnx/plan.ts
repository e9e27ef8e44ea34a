/** @file The lowering plan: which formulation each operation and each parameter's layout takes. */

/** How a tensor's numbers lie in memory. `blocked`: [N, C/B, H, W, B]; `blocked-weight`: [O/B, I/B, k, k, Bi, Bo]. */
export type Layout = 'plain' | 'blocked' | 'blocked-weight'

/** Chosen once, stored in checkpoints, reused on resume. Keys and entries are plain JSON. */
export interface Plan {
  /** Channels to a block of the runtime's internal layout; 1 where it is not used. */
  readonly blockSize: number
  /** Operation signature (kind and shapes) → name of its lowering. */
  readonly lowerings: Readonly<Record<string, string>>
  /** State name → the layout it keeps between runs; absent means `plain`. */
  readonly layouts: Readonly<Record<string, Layout>>
}
