/** @file A training's events in words; one entry for each kind of event. */
import type { LossConfig } from '../train/config.ts'
import { lossByName, optionsOf } from '../loss/registry.ts'
import type { TrainEvent } from '../train/events.ts'
import { verdict } from './results.ts'
import { count, counted, duration, percent, rate } from './words.ts'

type Events = { readonly [K in TrainEvent['kind']]: Extract<TrainEvent, { kind: K }> }
type Words = { readonly [K in keyof Events]: (event: Events[K]) => readonly string[] }

/** The loss with what it knows of scale and margin, and what it was given beside. */
const lossInWords = ({ name, scale, margin, options = {} }: LossConfig): string => {
  const known = new Set(optionsOf(lossByName(name)).map((option) => option.name))
  const values = Object.entries({ scale, margin, ...options }).filter(([option]) => known.has(option))
  return [name, ...values.map(([option, value]) => `${option} ${String(value)}`)].join(', ')
}

const words: Words = {
  start: ({ config, data, parameters, iteration, iterations, fingerprint, resumed }) => [
    `${counted(data.identities, 'person', 'people')} with ${counted(data.images, 'image', 'images')} to learn from, ${counted(data.validationIdentities, 'person', 'people')} to validate on, ${counted(data.testIdentities, 'person', 'people')} kept for the test${data.skipped > 0 ? `, ${counted(data.skipped, 'image', 'images')} left out` : ''}`,
    `${config.backbone}, ${count(parameters)} parameters with the class head, input ${config.size.height}x${config.size.width}; ${lossInWords(config.loss)}`,
    `${fingerprint.runtime} (${fingerprint.driver} driver) on ${fingerprint.device}, ${counted(fingerprint.threads, 'thread', 'threads')}`,
    `${resumed ? `going on at iteration ${count(iteration)} of` : 'training for'} ${count(iterations)} iterations of ${count(config.batch)} images`,
  ],
  note: ({ level, text }) => [level === 'warning' ? `Warning: ${text}` : text],
  step: () => [],
  validation: ({ iteration, set, name, result, best }) => [
    `iteration ${count(iteration)}: ${set === 'watch' ? `${name} (watched, chooses nothing)` : 'validation'} ${verdict(result)}${best ? ', the best so far' : ''}`,
  ],
  checkpoint: () => [],
  layers: () => [],
  diagnosis: ({ iteration, text }) => [`Diagnosis at iteration ${count(iteration)}: ${text}`],
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
