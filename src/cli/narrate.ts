/** @file A training's events in words; one entry for each kind of event. */
import { counted, withCommas } from '../base/words.ts'
import { lossInWords } from '../report/loss-words.ts'
import { scheduleInWords } from '../report/settings.ts'
import type { TrainConfig } from '../train/config.ts'
import type { TrainEvent } from '../train/events.ts'
import { verdict } from './results.ts'
import { duration, percent, rate } from './words.ts'

type Events = { readonly [K in TrainEvent['kind']]: Extract<TrainEvent, { kind: K }> }
type Words = { readonly [K in keyof Events]: (event: Events[K]) => readonly string[] }

/** How the rate goes, and a word where milestones lie beyond the end. */
const rateInWords = ({ learningRate, schedule, warmup, iterations }: TrainConfig): string => {
  const late = schedule.kind === 'multi-step' ? schedule.milestones.filter((at) => at >= iterations) : []
  const never = late.length === 0 ? '' : `; the run ends before ${late.map(withCommas).join(', ')}`
  const ramp = warmup === 0 ? '' : `, after ${counted(warmup, 'iteration')} of warm-up`
  return `learning rate ${learningRate}, ${scheduleInWords(schedule)}${never}${ramp}`
}

const words: Words = {
  start: ({ config, data, parameters, iteration, iterations, fingerprint, resumed }) => [
    `${counted(data.identities, 'person', 'people')} with ${counted(data.images, 'image')} to learn from, ${counted(data.validationIdentities, 'person', 'people')} to validate on, ${counted(data.testIdentities, 'person', 'people')} kept for the test${data.skipped > 0 ? `, ${counted(data.skipped, 'image')} left out` : ''}`,
    `${config.backbone}, ${withCommas(parameters)} parameters with the class head, input ${config.size.height}x${config.size.width}; ${lossInWords(config.loss)}`,
    `${fingerprint.runtime} (${fingerprint.driver} driver) on ${fingerprint.device}, ${counted(fingerprint.threads, 'thread')}`,
    `${resumed ? `going on at iteration ${withCommas(iteration)} of` : 'training for'} ${counted(iterations, 'iteration')} of ${counted(config.batch, 'image')}${config.accumulate > 1 ? ` in ${withCommas(config.accumulate)} parts` : ''}; ${rateInWords(config)}`,
  ],
  note: ({ level, text }) => [level === 'warning' ? `Warning: ${text}` : text],
  step: () => [],
  validation: ({ iteration, set, name, result, best }) => [
    `iteration ${withCommas(iteration)}: ${set === 'watch' ? `${name} (watched, chooses nothing)` : 'validation'} ${verdict(result)}${best ? ', the best so far' : ''}`,
  ],
  checkpoint: () => [],
  layers: () => [],
  diagnosis: ({ iteration, text }) => [`Diagnosis at iteration ${withCommas(iteration)}: ${text}`],
  stopped: ({ text }) => [text],
  end: ({ seconds, imagesPerSecond, waitedShare }) => [
    `Trained in ${duration(seconds)}: ${imagesPerSecond.toFixed(1)} images/s, ${percent(waitedShare)} of the time waiting for data`,
  ],
}

const tell = <K extends keyof Events>(kind: K, event: Events[K]): readonly string[] => words[kind](event)

/** The lines a person reads at an event; none at most steps. */
export function narrate(event: TrainEvent): readonly string[] {
  return tell(event.kind, event)
}

/** What stands beside the bar at a step. */
export function stepFacts(event: Extract<TrainEvent, { kind: 'step' }>): string {
  return [
    `loss ${event.metrics.loss.toFixed(3)}`,
    `lr ${rate(event.learningRate)}`,
    `${event.imagesPerSecond.toFixed(1)} images/s`,
    `${duration(event.secondsLeft)} left`,
  ].join(' · ')
}
