/**
 * The yardstick for the signaling service: the least that a Node Socket.IO server must do for the same work,
 * with no limits and no checks. Started by the benchmark as a process of its own.
 */
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { Server } from 'socket.io'

const http = createServer()
const rooms = new Server(http).of('/p2p')

rooms.on('connection', (socket) => {
  const self = { id: socket.id }
  socket.on('create', (payload, acknowledge) => {
    const room = randomBytes(16).toString('base64url')
    void socket.join(room)
    acknowledge({ room, self, peers: [], ice_servers: [] })
  })
  socket.on('join', ({ room }, acknowledge) => {
    const peers = [...(rooms.adapter.rooms.get(room) ?? [])].map((id) => ({ id }))
    void socket.join(room)
    socket.to(room).emit('peer-joined', { peer: self })
    acknowledge({ room, self, peers, ice_servers: [] })
  })
  for (const event of ['offer', 'answer', 'ice-candidate']) {
    socket.on(event, ({ to, ...message }, acknowledge) => {
      rooms.to(to).emit(event, { from: socket.id, ...message })
      acknowledge({})
    })
  }
})

http.listen(0, '127.0.0.1', () => {
  process.stdout.write(`Listening on http://127.0.0.1:${http.address().port}\n`)
})
process.once('SIGTERM', () => process.exit())
