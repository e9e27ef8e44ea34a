/** @file The Node door: folders, files, decoding, sessions and whole runs. Files inside never import it. */

// sessions on ONNX Runtime
export { type DriverOptions, openDriver, type OpenedDriver } from './open-driver.ts'
export { openSession, type OpenSessionOptions } from './open-session.ts'
// images and data sets
export { type BinPairs, openBin, packBin } from './bin-file.ts'
export { applyDataCheck, type DataApplied } from './data-apply.ts'
export { checkData, type DataCheckOptions, type EmbedImages } from './data-check.ts'
export type { DataCheckReport } from './data-check-report.ts'
export { createDecoder, decodeImage, readImage } from './decode.ts'
export { type FaceSet, openFaces } from './face-sets.ts'
export { type FolderDataset, type FolderOptions, openFolders } from './folder-dataset.ts'
export { packRecordIO, unpackRecordIO } from './pack-records.ts'
export { openRecordDataset, type RecordDataset } from './record-dataset.ts'
export { download, type Downloaded, type DownloadOptions } from './download.ts'
export { type FetchedFile, fetchPublicSet, type FetchSetOptions } from './public-set.ts'
export { drawIdentity } from './synth.ts'
export { synthFolder, type SynthAbout, type SynthOptions } from './synth-folder.ts'
// training runs
export { checkpointFolder, latestCheckpoint, readCheckpoint } from './checkpoint-store.ts'
export { demo, type DemoOptions } from './demo.ts'
export { type ExportedModel, type ExportOptions, exportRun } from './export-run.ts'
export type { FinishedRun } from './finish-run.ts'
export { readEvents, type RunPaths, runPaths } from './run-folder.ts'
export { runToy, type ToyRun, type ToyRunOptions } from './toy-run.ts'
export { resumeRun, type RunEvent, startRun, type TrainRunOptions } from './train-run.ts'
// experiments
export { readExperimentPlan } from './experiment-folder.ts'
export { type ExperimentEvent, type ExperimentOptions, runExperiment } from './experiment-run.ts'
// models
export { embedFiles, type EmbedFilesOptions, embedPieces, type NamedFile } from './embed-files.ts'
export { type EmbedSummary, embedToFile, imageFiles } from './embed.ts'
export type { Evaluated } from './evaluated.ts'
export type { OpenPairsOptions, PairSource } from './pair-source.ts'
export {
  evaluatePairs,
  type EvaluatePairsOptions,
  type JudgedPairs,
  judgePairs,
  type JudgePairsOptions,
  type PairEvaluation,
} from './evaluate-pairs.ts'
export {
  evaluateIjb,
  evaluateIjbFeatures,
  type EvaluateIjbOptions,
  type IjbFeatures,
} from './ijb-evaluate.ts'
export { evaluateMegaface, type EvaluateMegafaceOptions } from './megaface-evaluate.ts'
export type { MegafaceLists, MegafaceSource } from './megaface-sources.ts'
export { evaluateVideos, type EvaluateVideosOptions } from './video-evaluate.ts'
export type { VideoSourceOptions } from './video-frames.ts'
export { type Embeddings, readEmbeddings } from './protocol-embeddings.ts'
export { type ChosenProtocol, chooseProtocol, type ProtocolInputs } from './protocol-guess.ts'
export type { ProtocolRequest, ProtocolRun, Subject } from './protocol-request.ts'
export { runProtocol } from './protocol-run.ts'
export { type ModelFileOptions, openModel } from './model-file.ts'
export { checkContract, type GuessOptions } from './contract-guess.ts'
export { type ImportedModel, importModel } from './import-weights.ts'
export { type InitialWeights, readInitialWeights } from './initial-weights.ts'
export { openWeights, type WeightsFile } from './weights-file.ts'
// this machine
export { type DoctorReport, examine } from './doctor.ts'
export { doctorText } from './doctor-text.ts'
