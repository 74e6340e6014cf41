/** The room: where two browsers meet. */
export function RoomPage() {
  return <h1 className="text-xl font-semibold">Room</h1>
}
