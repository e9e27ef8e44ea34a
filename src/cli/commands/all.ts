/** @file The list of commands. */
import type { Command } from '../command.ts'
import { adviseCommand } from './advise.ts'
import { alignCommand } from './align.ts'
import { calibrateCommand } from './calibrate.ts'
import { clusterCommand } from './cluster.ts'
import { compareCommand } from './compare.ts'
import { dataApplyCommand, dataCheckCommand } from './data.ts'
import { dataFetchCommands } from './data-fetch.ts'
import { demoCommand } from './demo.ts'
import { detectCommand } from './detect.ts'
import { doctorCommand } from './doctor.ts'
import { embedCommand } from './embed.ts'
import { enrolCommand } from './enrol.ts'
import { evaluateCommand } from './evaluate.ts'
import { exportCommand } from './export.ts'
import { galleryCommands } from './gallery.ts'
import { identifyCommand } from './identify.ts'
import { importCommand } from './import.ts'
import { labCommand } from './lab.ts'
import { modelsCommands } from './models.ts'
import { packBinCommand, packFolderCommand, packRecCommand } from './pack.ts'
import { peopleCommands } from './people.ts'
import { runsCommands } from './runs.ts'
import { sweepCommand } from './sweep.ts'
import { synthCommand } from './synth.ts'
import { toyCommand } from './toy.ts'
import { trainCommand } from './train.ts'
import { verifyCommand } from './verify.ts'

export const commands: readonly Command[] = [
  demoCommand,
  doctorCommand,
  verifyCommand,
  enrolCommand,
  identifyCommand,
  clusterCommand,
  ...peopleCommands,
  ...galleryCommands,
  calibrateCommand,
  trainCommand,
  ...runsCommands,
  exportCommand,
  importCommand,
  evaluateCommand,
  embedCommand,
  detectCommand,
  ...modelsCommands,
  adviseCommand,
  toyCommand,
  labCommand,
  compareCommand,
  sweepCommand,
  synthCommand,
  packRecCommand,
  packBinCommand,
  packFolderCommand,
  alignCommand,
  dataCheckCommand,
  dataApplyCommand,
  ...dataFetchCommands,
]
