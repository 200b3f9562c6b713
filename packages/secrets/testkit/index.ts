export {
  babble,
  type FakeAnswer,
  type FakeRequest,
  type FakeServer,
  startFakeServer,
  type Trouble,
} from './fake-server.ts';
export { awsPeer } from './peers/aws.ts';
export { azurePeer } from './peers/azure.ts';
export { folderPeer } from './peers/folder.ts';
export { gcpPeer } from './peers/gcp.ts';
export { kubernetesPeer } from './peers/kubernetes.ts';
export { sopsPeer, writeSops } from './peers/sops.ts';
export { vaultPeer } from './peers/vault.ts';
export type { KeyPeer, SecretPeer, StartPeer } from './secret-peer.ts';
