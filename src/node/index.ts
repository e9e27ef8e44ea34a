/** @file The Node door: folders, files, decoding, sessions and whole runs. Files inside never import it. */

// sessions on ONNX Runtime
export { type DriverOptions, openDriver, type OpenedDriver } from './session/open-driver.ts'
export { openSession, type OpenSessionOptions } from './session/open-session.ts'
// images and data sets
export { type BinPairs, openBin, packBin } from './faces/bin-file.ts'
export { applyDataCheck, type DataApplied } from './check/data-apply.ts'
export { checkData, type DataCheckOptions, type EmbedImages } from './check/data-check.ts'
export type { DataCheckReport } from './check/report.ts'
export { createDecoder, decodeImage, readImage } from './faces/decode.ts'
export { type FaceSet, openFaces } from './faces/face-sets.ts'
export { type FolderDataset, type FolderOptions, openFolders } from './faces/folder-dataset.ts'
export { packRecordIO, unpackRecordIO } from './faces/pack-records.ts'
export { openRecordDataset, type RecordDataset } from './faces/record-dataset.ts'
export { download, type Downloaded, type DownloadOptions } from './files/download.ts'
export { type LockedFolder, lockFolder } from './files/locked-folder.ts'
export { type FetchedFile, fetchPublicSet, type FetchSetOptions } from './files/public-set.ts'
export { drawIdentity } from './faces/synth.ts'
export { synthFolder, type SynthAbout, type SynthOptions } from './faces/synth-folder.ts'
// faces in photographs
export {
  type DetectorFileOptions,
  openDetector,
  openEmbedder,
  type OpenEmbedderOptions,
} from './face/open-embedder.ts'
export { photographsOf, type PhotographsOptions } from './face/photographs.ts'
export { decodePhotograph, type Photograph, readPhotograph } from './face/read-photograph.ts'
// training runs
export { checkpointFolder, latestCheckpoint, readCheckpoint } from './run/checkpoint-store.ts'
export { demo, type DemoOptions } from './experiment/demo.ts'
export { type ExportedModel, type ExportOptions, exportRun } from './run/export-run.ts'
export type { FinishedRun } from './run/finish-run.ts'
export { readEvents, type RunPaths, runPaths } from './run/run-folder.ts'
export { runToy, type ToyRun, type ToyRunOptions } from './experiment/toy-run.ts'
export { resumeRun, type RunEvent, startRun, type TrainRunOptions } from './run/train-run.ts'
// experiments
export { readExperimentPlan } from './experiment/folder.ts'
export { type ExperimentEvent, type ExperimentOptions, runExperiment } from './experiment/run.ts'
// models
export { embedFiles, type EmbedFilesOptions, embedPieces, type NamedFile } from './faces/embed-files.ts'
export { type EmbedSummary, embedToFile, imageFiles } from './faces/embed.ts'
export type { Evaluated } from './evaluate/evaluated.ts'
export type { OpenPairsOptions, PairSource } from './evaluate/pair-source.ts'
export {
  evaluatePairs,
  type EvaluatePairsOptions,
  type JudgedPairs,
  judgePairs,
  type JudgePairsOptions,
  type PairEvaluation,
} from './evaluate/evaluate-pairs.ts'
export { evaluateIjb, type EvaluateIjbOptions } from './evaluate/ijb-evaluate.ts'
export { evaluateIjbFeatures, type IjbFeatures } from './evaluate/ijb-features.ts'
export { evaluateMegaface, type EvaluateMegafaceOptions } from './evaluate/megaface-evaluate.ts'
export type { MegafaceLists, MegafaceSource } from './evaluate/megaface-sources.ts'
export { evaluateVideos, type EvaluateVideosOptions } from './evaluate/video-evaluate.ts'
export type { VideoSourceOptions } from './evaluate/video-frames.ts'
export { type Embeddings, readEmbeddings } from './evaluate/protocol-embeddings.ts'
export { type ChosenProtocol, chooseProtocol } from './evaluate/protocol-guess.ts'
export type { ProtocolRequest, ProtocolRun, Subject } from './evaluate/protocol-request.ts'
export { runProtocol } from './evaluate/protocol-run.ts'
export { type ModelFileOptions, openModel } from './run/model-file.ts'
export { checkContract, type GuessOptions } from './evaluate/contract-guess.ts'
export { type ImportedModel, importModel } from './run/import-weights.ts'
export { type InitialWeights, readInitialWeights } from './run/initial-weights.ts'
export { openWeights, type WeightsFile } from './run/weights-file.ts'
// this machine
export { type DoctorReport, examine } from './session/doctor.ts'
export { doctorText } from './session/doctor-text.ts'
// galleries
export { type Backup, backupGallery, restoreGallery } from './gallery/backup-file.ts'
export { enrolPhotographs, personPhotographs, type PhotographEnrolled } from './gallery/enrol-photographs.ts'
export { type IdentifiedPhotograph, identifyPhotographs } from './gallery/identify-photographs.ts'
export {
  openGalleryAt,
  type OpenedGallery,
  type OpenGalleryOptions,
  openStore,
} from './gallery/open-gallery.ts'
export { rotateGalleryKey } from './gallery/rotate-key.ts'
export { runtimeScorer } from './gallery/runtime-scorer.ts'
