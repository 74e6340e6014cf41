export function SharePage() {
  return <h1>SharePage</h1>
}
