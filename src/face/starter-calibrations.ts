/** @file What the thresholds of the starter models stand for, as we measured it; scripts/calibrate-starters.ts makes it anew. */
import type { Calibration } from './calibration.ts'

export const starterCalibrations: readonly Calibration[] = []
