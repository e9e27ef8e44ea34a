/**
 * @file The root door: everything that runs anywhere, in Node and in browsers. What is exported is this list; files
 * inside the library never import it.
 */

// errors
export { DataError, FormatError, MissingPartError, UsageError } from './base/errors.ts'
// seeded random numbers
export { type Random, type RandomKey, random, shuffled } from './base/random.ts'
// tensors and their files
export { decodeNpy, encodeNpy } from './tensor/npy.ts'
export { decodeSafetensors, encodeSafetensors, type SafetensorsContent } from './tensor/safetensors.ts'
export { type IntTensor, sizeOf, type Tensor, tensor, zeros } from './tensor/tensor.ts'
// graphs: built, differentiated, printed, interpreted
export { gradients } from './graph/gradient.ts'
export type { HostValue } from './graph/host-value.ts'
export { type HostFeeds, interpret } from './graph/interpret.ts'
export { printGraph } from './graph/print.ts'
export { simplify } from './graph/simplify.ts'
export type { AnyValue, Graph } from './graph/value.ts'
export { verifyGraph } from './graph/verify.ts'
// images
export {
  alignerVersion,
  alignFace,
  alignLandmarks,
  alignmentPoints,
  alignmentTransform,
  type LandmarkName,
  type Landmarks,
} from './image/alignment.ts'
export type { DecodeImage, Image, Point, Size } from './image/image.ts'
export { type Normalisation, normalise, paperNormalisation } from './image/normalise.ts'
export { networkCrop, resize } from './image/resample.ts'
export { similarityTransform } from './image/similarity.ts'
// networks and losses
export { backbone, backboneNames, type BackboneOptions } from './nn/backbones.ts'
export { expectedFirstLoss, marginUpperBound, scaleLowerBound } from './loss/bounds.ts'
export { lossFloor } from './loss/floor.ts'
export { advise, type Advice, type AdviceRequest } from './loss/advise.ts'
export { buildHead, checkLoss } from './loss/build.ts'
export type { LossOption, LossSettings } from './loss/head.ts'
export { lossByName, lossNames, optionsOf } from './loss/registry.ts'
export { learningRateAt, type Schedule } from './optim/schedule.ts'
// data
export type { Batch, BatchSource, Dataset, Sample } from './data/dataset.ts'
export { type Split, splitIdentities, type SplitRule } from './data/split.ts'
// running graphs on ONNX Runtime
export type { Driver, LoadOptions, Runner } from './runtime/driver.ts'
export type { Device, Fingerprint, OpenSession, Session, SessionSpec } from './runtime/session.ts'
// evaluation
export { cosine, type FlipRule, fuse, type TemplateSet } from './evaluate/features.ts'
export type { Pair, PairSet } from './evaluate/pair.ts'
export { type PairList, parsePairs } from './evaluate/pairs.ts'
export { type Identity, randomPairs } from './evaluate/random-pairs.ts'
export { resolvePairs } from './evaluate/resolve-pairs.ts'
export type { Interval, ScoredPair, TarAtFar, VerificationResult } from './evaluate/result.ts'
export { auc, eer, roc } from './evaluate/roc.ts'
export { scorePairs, verify, type VerifyOptions, verifyScores } from './evaluate/verify.ts'
// evaluation by benchmarks' protocols
export { compareEvaluations, type PairedDifference } from './evaluate/protocol/compare.ts'
export {
  insightfaceEvaluation,
  megafaceEvaluation,
  pairEvaluation,
  retrievalEvaluation,
  templateEvaluation,
} from './evaluate/protocol/evaluations.ts'
export type { Figure } from './evaluate/protocol/figure.ts'
export type { ProtocolResult } from './evaluate/protocol/figures.ts'
export { groupResults, type GroupsResult } from './evaluate/protocol/groups.ts'
export { identifyProtocol, search, type SubjectTemplates } from './evaluate/protocol/identify.ts'
export { scoreTemplatePairs, verifyTemplates } from './evaluate/protocol/ijb.ts'
export { insightfaceProtocol, pairDistances } from './evaluate/protocol/insightface.ts'
export { megafaceProtocol, plainProduct, type Probes, refineProbes } from './evaluate/protocol/megaface.ts'
export { fmrForFpir, fpirFromFmr, oneToManyErrors, oneToOneErrors } from './evaluate/protocol/nist.ts'
export type { ProtocolRecord } from './evaluate/protocol/record.ts'
export { type Benchmark, defineProtocol, type Protocol } from './evaluate/protocols/protocol.ts'
export { benchmarkNamed, benchmarkNames, protocols } from './evaluate/protocols/registry.ts'
export type { ProtocolEvaluation, ProtocolReport } from './evaluate/protocol/report.ts'
export { retrievalProtocol } from './evaluate/protocol/retrieval.ts'
export { poolTemplates, type PoolingFlags } from './evaluate/protocol/templates.ts'
export { scoreVideos, type VideoPooling } from './evaluate/protocol/video.ts'
// models
export { type Bundle, type BundleParts, makeBundle } from './model/bundle.ts'
export type { EmbeddingModel, ModelContract } from './model/contract.ts'
export { openEmbeddingModel, type OpenModelOptions } from './model/embedder.ts'
export type { ContractOptions } from './model/foreign.ts'
export { checkParity, type Parity, parity, parityLimit } from './model/parity.ts'
export { embedAhead, type AheadOptions, type EmbeddedItems } from './model/embed-ahead.ts'
export { embedTemplates } from './model/templates.ts'
// faces in photographs: found, aligned, embedded
export { type AlignedFace, alignDetected, type AlignOptions } from './face/aligned-face.ts'
export type { DetectedFace, FaceBox } from './face/detected-face.ts'
export {
  type Detector,
  type DetectorOptions,
  type Look,
  type ModelBytes,
  openDetectionModel,
} from './face/detector.ts'
export {
  type EmbeddedFace,
  type EmbeddedPhotograph,
  type Embedder,
  type EmbedderOptions,
  type EmbedderParts,
  makeEmbedder,
  type NamedPhotograph,
  type PhotographResult,
} from './face/embedder.ts'
export { type EmbeddingOrigin, originDifference } from './face/embedding-origin.ts'
export { findFaces, type FindOptions, type FoundFaces, type PhotographFacts } from './face/find-faces.ts'
export { type FaceQuality, type Rejection, type RejectionRule, usualRejection } from './face/quality.ts'
// training
export type { Checkpoint, CheckpointRecord, CheckpointStore } from './train/checkpoint.ts'
export type {
  AugmentationConfig,
  DataConfig,
  LossConfig,
  ScheduleConfig,
  TrainConfig,
} from './train/config.ts'
export { configure, type ConfigureInput, forImages } from './train/configure.ts'
export type { DataSummary, StepMetrics, TrainEvent } from './train/events.ts'
export { type Preset, type PresetName, presetNames, presets } from './train/presets.ts'
export type { TrainSettings } from './train/settings.ts'
export type { Embed, Surroundings, TrainingData, ValidationSet } from './train/surroundings.ts'
export { train } from './train/train.ts'
// pages and figures
export type { EvaluationReportContents, RunReportContents } from './report/contents.ts'
export { evaluationText } from './report/evaluation-text.ts'
export { protocolPage } from './report/protocol-page.ts'
export { protocolMarkdown, protocolText } from './report/protocol-text.ts'
export { evaluationReport, runReport } from './report/run-report.ts'
// experiments: a plan here, carried out by `runExperiment` of the Node door, its table here again
export {
  comparePlan,
  type ExperimentRequest,
  normalisationPlan,
  type SweepRequest,
  sweepPlan,
} from './experiment/make-plan.ts'
export { type Cell, cellsOf, type ExperimentPlan } from './experiment/plan.ts'
export type { CellResult, CellVerification, Convergence, MeanAngles } from './experiment/cell.ts'
export type { Variant } from './experiment/variants.ts'
export type { ExperimentContents, ExperimentRow, OverSeeds } from './report/experiment-contents.ts'
export { experimentMarkdown, experimentNotes, experimentText } from './report/experiment-text.ts'
// the lab
export { compareToy, type ToyConfig, type ToyFrame, trainToy } from './experiment/toy.ts'
export { type SyntheticOptions, syntheticToy, type ToyData, toyFromImages } from './experiment/toy-data.ts'
export { toyFigure } from './experiment/toy-figure.ts'
export type { BoundSetting } from './experiment/bound-figures.ts'
export {
  compactRegions,
  type CompactRegionsSetting,
  decisionBands,
  type DecisionBandSetting,
  marginBound,
  noise,
  type NoiseSetting,
  scaleBound,
  spheres,
  weightLength,
} from './experiment/lab-figures.ts'
export { contentFeatures, type DecidedFeatures } from './experiment/noise.ts'
export { figureSvg, type Pane, type PaneFigure } from './plot/pane.ts'
// galleries: people, answers about faces, over any store
export type { Identified, IdentifyOptions, Probe } from './gallery/answers.ts'
export type { AuditCheck, AuditEntry, AuditHead } from './gallery/audit.ts'
export { clusterFaces, type ClusterFace, type ClusterRequest, type FaceLink } from './gallery/cluster.ts'
export { scoreClusters } from './gallery/cluster-score.ts'
export { compareFaces } from './gallery/compare-faces.ts'
export {
  type Candidate,
  decideIdentification,
  decideVerification,
  type Identification,
  type PersonVerification,
} from './gallery/decision.ts'
export type { Enrolled, Enrolment, EnrolOptions } from './gallery/enrol.ts'
export { type Gallery, type GalleryOptions, openGallery } from './gallery/gallery.ts'
export { type HygieneFinding } from './gallery/hygiene.ts'
export { openMemoryStore } from './gallery/memory-store.ts'
export { mergeCandidates, mergeCounts } from './gallery/merge-searches.ts'
export type { Consent, Person } from './gallery/person.ts'
export type { Reference, ReferenceDetails } from './gallery/reference.ts'
export { plainScorer, type Scorer } from './gallery/score-blocks.ts'
export type { GalleryStore, Shard } from './gallery/store.ts'
export { type GalleryScoring, type StrangerScores } from './gallery/thresholds.ts'
export { plainVault, type Vault } from './gallery/vault.ts'
