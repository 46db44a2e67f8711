// Starts a real PLC directory and a real PDS on loopback and prints one line of
// JSON, {"pds":"http://localhost:PORT"}, once both answer. Ends with its parent:
// when standard input closes, or on SIGTERM.
import net from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// Both servers would listen on every address by themselves.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (...args) {
  if (typeof args[0] === 'number') {
    return listen.call(this, { port: args[0], host: '127.0.0.1' }, args.find((a) => typeof a === 'function'))
  }
  if (args[0]?.port !== undefined) args[0].host = '127.0.0.1'
  return listen.apply(this, args)
}

const freePort = () =>
  new Promise((resolve, reject) => {
    const probe = net.createServer()
    probe.once('error', reject)
    probe.listen(0, () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })

const dir = mkdtempSync(join(tmpdir(), 'bluesky-peer-'))
const end = (code) => {
  rmSync(dir, { recursive: true, force: true })
  process.exit(code)
}
process.once('SIGTERM', () => end(0))
process.once('SIGINT', () => end(0))
process.stdin.once('end', () => end(0)).resume()

const plcPort = await freePort()
const pdsPort = await freePort()
const hex = () => randomBytes(32).toString('hex')
Object.assign(process.env, {
  PDS_DEV_MODE: 'true',
  PDS_HOSTNAME: 'localhost',
  PDS_PORT: String(pdsPort),
  PDS_DATA_DIRECTORY: dir,
  PDS_BLOBSTORE_DISK_LOCATION: join(dir, 'blobs'),
  PDS_REPO_SIGNING_KEY_K256_PRIVATE_KEY_HEX: hex(),
  PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: hex(),
  PDS_DPOP_SECRET: hex(),
  PDS_JWT_SECRET: hex(),
  PDS_ADMIN_PASSWORD: hex(),
  PDS_DID_PLC_URL: `http://127.0.0.1:${plcPort}`,
  PDS_INVITE_REQUIRED: 'false',
  PDS_SERVICE_HANDLE_DOMAINS: '.test',
  PDS_DISABLE_SSRF_PROTECTION: 'true',
  PDS_RATE_LIMITS_ENABLED: 'false',
  LOG_ENABLED: 'false',
})

try {
  const { PlcServer, Database } = (await import('@did-plc/server')).default
  await PlcServer.create({ db: Database.mock(), port: plcPort }).start()
  const { PDS, envToCfg, envToSecrets, readEnv } = await import('@atproto/pds')
  const env = readEnv()
  await (await PDS.create(envToCfg(env), envToSecrets(env))).start()
  console.log(JSON.stringify({ pds: `http://localhost:${pdsPort}` }))
} catch (err) {
  console.error(err)
  end(1)
}
