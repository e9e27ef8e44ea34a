/** @file What other tools call the options that we have under another name; one who types theirs is told ours. */

/** Our option's key → the names of others. */
export const otherNames: Readonly<Record<string, readonly string[]>> = {
  accumulate: ['--accumulation-steps', '--gradient-accumulation', '--grad-accum'],
  against: ['--compare', '--compare-with', '--baseline'],
  augment: ['--augmentation', '--aug', '--data-augmentation'],
  backbone: ['--network', '--net', '--arch', '--architecture', '--encoder'],
  batch: ['--batch-size', '--batch_size', '--batchsize', '--bs', '-b'],
  checkpointEvery: ['--save-every', '--save-freq', '--save-interval', '--checkpoint-interval'],
  clip: ['--clip-grad', '--grad-clip', '--max-norm', '--gradient-clip'],
  config: ['--cfg', '--config-file', '-c'],
  device: ['--gpu', '--gpus', '--cuda', '--device-id', '--use-gpu'],
  embeddingSize: ['--embedding-dim', '--embedding_size', '--emb-size', '--feature-dim', '--dim'],
  epochs: ['--num-epochs', '--max-epochs', '--n-epochs', '--num_epochs', '-e'],
  images: ['--data', '--data-dir', '--dataset', '--image-dir', '--images-dir'],
  init: ['--pretrained', '--finetune', '--fine-tune'],
  iterations: ['--steps', '--max-iter', '--max-iters', '--num-steps', '--max-steps'],
  loss: ['--head', '--criterion', '--loss-type', '--loss-fn'],
  lr: ['--learning-rate', '--learning_rate', '--base-lr', '--learningrate'],
  margin: ['--m', '-m'],
  milestones: ['--lr-steps', '--decay-steps', '--lr-milestones'],
  model: ['--weights', '--model-path', '--checkpoint-path'],
  names: ['--labels', '--names-file'],
  out: ['--output', '--output-dir', '--out-dir', '--save-dir', '--work-dir', '--save-path', '-o'],
  overwrite: ['--force', '-f'],
  pairs: ['--pair-list', '--pairs-file', '--pairs-path'],
  preset: ['--recipe'],
  report: ['--html', '--report-file'],
  resume: ['--continue', '--resume-from', '--resume-from-checkpoint'],
  scale: ['--s', '-s'],
  schedule: ['--scheduler', '--lr-scheduler', '--lr-schedule'],
  seed: ['--random-seed', '--manual-seed', '--rng-seed'],
  size: ['--image-size', '--img-size', '--input-size', '--imgsz', '--resolution'],
  threads: ['--workers', '--num-workers', '--num_workers', '--jobs', '-j'],
  validateEvery: ['--eval-every', '--eval-freq', '--val-interval', '--eval-interval'],
  validation: ['--val', '--val-split', '--valid', '--val-dir'],
  warmup: ['--warmup-steps', '--warmup-iters', '--warm-up'],
  weightDecay: ['--wd', '--weight_decay', '--decay'],
  watch: ['--val-targets', '--eval-pairs'],
}

/** What is no option of one command or another. */
const everywhere: ReadonlyMap<string, string> = new Map([
  ['-v', '--version prints the version; there is no --verbose, all that matters is said'],
  ['-V', '--version prints the version'],
  ['--verbose', 'all that matters is said; COSFACE_DEBUG=1 shows where an error comes from'],
  ['--quiet', 'send stderr elsewhere (2>/dev/null), progress goes there'],
  ['-q', 'send stderr elsewhere (2>/dev/null), progress goes there'],
  ['-?', '--help lists the options'],
])

/** The key of our option among `keys` that others call `theirs`. */
export function ownNameOf(theirs: string, keys: readonly string[]): string | undefined {
  return keys.find((key) => otherNames[key]?.includes(theirs))
}

/** What to do instead of an option of others that no command has. */
export function insteadOf(theirs: string): string | undefined {
  return everywhere.get(theirs)
}
