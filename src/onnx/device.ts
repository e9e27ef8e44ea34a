/** Where programs run; the same words as a session's. */
export type Device = 'cpu' | 'webgpu' | 'cuda'
