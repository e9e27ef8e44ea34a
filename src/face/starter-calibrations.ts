/** @file What the thresholds of the starter models stand for, as we measured it; scripts/calibrate-starters.ts writes this file. */
import type { Calibration } from './calibration.ts'

export const starterCalibrations: readonly Calibration[] = [
  {
    schema: 'cosface-calibration/1',
    origin: {
      model: 'e92e8756b352c8a590edf7234ccff7f9',
      detector: 'yunet-104ee26c71d5c270ce79a6b3dced91c9',
      aligner: 'umeyama-bilinear/1',
      flip: 'sum',
      size: 512,
    },
    scoring: {
      rule: 'pair',
      references: 1,
    },
    source: {
      title: "the 1,549 photographs of LFW's View 1 test pairs",
      people: 963,
      mated: 983,
      nonMated: 1193308,
      failed: 3,
      intervals: '95 %, people drawn with replacement 334 times',
      seed: 1,
    },
    points: [
      {
        fmr: 0.009999933,
        fmrInterval: {
          low: 0.009326445,
          high: 0.01065383,
        },
        fnmr: 0.01119023,
        fnmrInterval: {
          low: 0.003236868,
          high: 0.02128854,
        },
        target: 0.01,
        threshold: 0.244907021522522,
      },
      {
        fmr: 0.0009997419,
        fmrInterval: {
          low: 0.0008523615,
          high: 0.001157802,
        },
        fnmr: 0.02339776,
        fnmrInterval: {
          low: 0.01189279,
          high: 0.03649665,
        },
        target: 0.001,
        threshold: 0.34053644537925726,
      },
      {
        fmr: 0.00009972279,
        fmrInterval: {
          low: 0.00006634331,
          high: 0.0001400441,
        },
        fnmr: 0.03255341,
        fnmrInterval: {
          low: 0.01686377,
          high: 0.05107249,
        },
        target: 0.0001,
        threshold: 0.41710680723190313,
      },
      {
        fmr: 0.000009218073,
        fmrInterval: {
          low: 0.000001566473,
          high: 0.00002380721,
        },
        fnmr: 0.06510682,
        fnmrInterval: {
          low: 0.04391732,
          high: 0.08726987,
        },
        target: 0.00001,
        threshold: 0.4801816642284394,
      },
    ],
    warnings: [
      'Rates were not measured by group: children, and groups of people that the photographs do not show, may fare worse.',
    ],
  },
  {
    schema: 'cosface-calibration/1',
    origin: {
      model: 'e92e8756b352c8a590edf7234ccff7f9',
      detector: 'blazeface-427cbbe0fc41448d09e1dc9cfabe2423',
      aligner: 'umeyama-bilinear/1',
      flip: 'sum',
      size: 512,
    },
    scoring: {
      rule: 'pair',
      references: 1,
    },
    source: {
      title: "the 1,549 photographs of LFW's View 1 test pairs",
      people: 963,
      mated: 983,
      nonMated: 1194851,
      failed: 2,
      intervals: '95 %, people drawn with replacement 334 times',
      seed: 1,
    },
    points: [
      {
        fmr: 0.009999573,
        fmrInterval: {
          low: 0.009317964,
          high: 0.01068852,
        },
        fnmr: 0.01424212,
        fnmrInterval: {
          low: 0.004392182,
          high: 0.02404953,
        },
        target: 0.01,
        threshold: 0.24723406136035922,
      },
      {
        fmr: 0.0009992878,
        fmrInterval: {
          low: 0.0008525203,
          high: 0.001143338,
        },
        fnmr: 0.02441506,
        fnmrInterval: {
          low: 0.01046311,
          high: 0.03921041,
        },
        target: 0.001,
        threshold: 0.3433615863323212,
      },
      {
        fmr: 0.00009959401,
        fmrInterval: {
          low: 0.00006370657,
          high: 0.0001363254,
        },
        fnmr: 0.04883011,
        fnmrInterval: {
          low: 0.03115046,
          high: 0.06723721,
        },
        target: 0.0001,
        threshold: 0.4202014803886414,
      },
      {
        fmr: 0.000009206169,
        fmrInterval: {
          low: 8.791776e-7,
          high: 0.00002340382,
        },
        fnmr: 0.09460834,
        fnmrInterval: {
          low: 0.06786473,
          high: 0.1198889,
        },
        target: 0.00001,
        threshold: 0.4932947158813477,
      },
    ],
    warnings: [
      'Rates were not measured by group: children, and groups of people that the photographs do not show, may fare worse.',
    ],
  },
  {
    schema: 'cosface-calibration/1',
    origin: {
      model: 'e92e8756b352c8a590edf7234ccff7f9',
      detector: 'blazeface-d388b1cf8a5f6f1af2b3f4c14f6d0f13',
      aligner: 'umeyama-bilinear/1',
      flip: 'sum',
      size: 512,
    },
    scoring: {
      rule: 'pair',
      references: 1,
    },
    source: {
      title: "the 1,549 photographs of LFW's View 1 test pairs",
      people: 963,
      mated: 983,
      nonMated: 1196396,
      failed: 1,
      intervals: '95 %, people drawn with replacement 334 times',
      seed: 1,
    },
    points: [
      {
        fmr: 0.009999198,
        fmrInterval: {
          low: 0.009340877,
          high: 0.01075204,
        },
        fnmr: 0.01017294,
        fnmrInterval: {
          low: 0.003393748,
          high: 0.01726828,
        },
        target: 0.01,
        threshold: 0.24857293069362643,
      },
      {
        fmr: 0.000999669,
        fmrInterval: {
          low: 0.0008627628,
          high: 0.001170199,
        },
        fnmr: 0.02136317,
        fnmrInterval: {
          low: 0.00900067,
          high: 0.03563774,
        },
        target: 0.001,
        threshold: 0.3447885215282441,
      },
      {
        fmr: 0.00009946539,
        fmrInterval: {
          low: 0.00006322637,
          high: 0.0001415257,
        },
        fnmr: 0.04476094,
        fnmrInterval: {
          low: 0.02636294,
          high: 0.06485749,
        },
        target: 0.0001,
        threshold: 0.4268963038921357,
      },
      {
        fmr: 0.00000919428,
        fmrInterval: {
          low: 0.000001684795,
          high: 0.00001959347,
        },
        fnmr: 0.09053917,
        fnmrInterval: {
          low: 0.06672875,
          high: 0.1181846,
        },
        target: 0.00001,
        threshold: 0.4917970001697541,
      },
    ],
    warnings: [
      'Rates were not measured by group: children, and groups of people that the photographs do not show, may fare worse.',
    ],
  },
  {
    schema: 'cosface-calibration/1',
    origin: {
      model: 'e92e8756b352c8a590edf7234ccff7f9',
      detector: 'ultraface-6c0256ccd3164f844736a401faf936ec+landmarks68-f10b0ba1d2a8a099adefede1ebf3733e',
      aligner: 'umeyama-bilinear/1',
      flip: 'sum',
      size: 512,
    },
    scoring: {
      rule: 'pair',
      references: 1,
    },
    source: {
      title: "the 1,549 photographs of LFW's View 1 test pairs",
      people: 963,
      mated: 983,
      nonMated: 1197943,
      failed: 0,
      intervals: '95 %, people drawn with replacement 333 times',
      seed: 1,
    },
    points: [
      {
        fmr: 0.009999641,
        fmrInterval: {
          low: 0.00935854,
          high: 0.01067627,
        },
        fnmr: 0.007121058,
        fnmrInterval: {
          low: 0.0009454554,
          high: 0.014132,
        },
        target: 0.01,
        threshold: 0.24454504251480105,
      },
      {
        fmr: 0.0009992128,
        fmrInterval: {
          low: 0.0008366071,
          high: 0.001166527,
        },
        fnmr: 0.01322482,
        fnmrInterval: {
          low: 0.004810595,
          high: 0.02261133,
        },
        target: 0.001,
        threshold: 0.34097340703010565,
      },
      {
        fmr: 0.00009933695,
        fmrInterval: {
          low: 0.00006401381,
          high: 0.0001414086,
        },
        fnmr: 0.03051882,
        fnmrInterval: {
          low: 0.01767196,
          high: 0.04598562,
        },
        target: 0.0001,
        threshold: 0.41826179623603826,
      },
      {
        fmr: 0.000009182407,
        fmrInterval: {
          low: 8.016968e-7,
          high: 0.00002694146,
        },
        fnmr: 0.05798576,
        fnmrInterval: {
          low: 0.03735567,
          high: 0.08128808,
        },
        target: 0.00001,
        threshold: 0.4876356720924378,
      },
    ],
    warnings: [
      'Rates were not measured by group: children, and groups of people that the photographs do not show, may fare worse.',
    ],
  },
]
