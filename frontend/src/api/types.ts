/** The API's bodies by name, taken from the generated schema. Field meanings: `docs/openapi.json`. */
import type { components } from './schema.gen'

type Schemas = components['schemas']

export type CreateShare = Schemas['CreateShare']
export type Download = Schemas['Download']
export type FileDetails = Schemas['FileDetails']
export type FilePage = Schemas['FilePage']
export type FileSummary = Schemas['FileSummary']
export type Login = Schemas['Login']
export type Me = Schemas['Me']
export type OwnedShare = Schemas['OwnedShare']
export type Problem = Schemas['Problem']
export type ProblemCode = Schemas['ProblemCode']
export type Register = Schemas['Register']
export type Session = Schemas['Session']
export type SessionPage = Schemas['SessionPage']
export type SharedFile = Schemas['SharedFile']
export type SharePublic = Schemas['SharePublic']
export type TokenGrant = Schemas['TokenGrant']
export type UploadedFile = Schemas['UploadedFile']
