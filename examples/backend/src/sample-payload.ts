/** A snapshot: the body contains the job itself, as relays and automations send it. */
export const SAMPLE_PAYLOAD = {
  event: "job.created",
  data: {
    id: "123",
    title: "Lawn Service",
    status: "scheduled",
    scheduled_at: "2026-01-25T10:00:00Z",
    client: { id: "456", name: "John Doe", email: "john@example.com", phone: "555-1234" },
    address: { street: "123 Main St", city: "Austin", state: "TX" },
  },
} as const;
