/** Whether only programs of this machine reach a host: its usual names and addresses, IPv6 with or without brackets. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|\[?::1\]?|127\.\d{1,3}\.\d{1,3}\.\d{1,3})$/.test(host.toLowerCase());
}
