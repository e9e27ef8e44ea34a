/** Numbers of any type as float64 (bool as 0 and 1), row-major. */
export interface HostValue {
  readonly shape: readonly number[]
  readonly data: Float64Array
}
