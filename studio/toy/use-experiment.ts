/** @file The experiment as the page's components see it. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { LabState } from '../state.ts'
import { Experiment, type ExperimentView } from './experiment.ts'

/** The experiment; it lives as long as the page and takes up its settings. */
export function useExperiment(state: LabState): Experiment {
  const held = useRef<Experiment | undefined>(undefined)
  const experiment = (held.current ??= new Experiment(state))
  useEffect(() => experiment.change(state), [state])
  useEffect(() => () => experiment.end(), [])
  return experiment
}

/** What the experiment shows now; only the component that asks is drawn again when it changes. */
export function useView(experiment: Experiment): ExperimentView {
  const [view, setView] = useState(experiment.view)
  useEffect(() => {
    setView(experiment.view)
    return experiment.listen(() => setView(experiment.view))
  }, [experiment])
  return view
}
