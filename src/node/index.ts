/** @file The Node door: files, folders, decoding and ONNX Runtime's Node drivers. Files inside never import it. */
export { decodeImage, readImage } from './decode.ts'
export { type FolderDataset, type FolderOptions, openFolders } from './folder-dataset.ts'
