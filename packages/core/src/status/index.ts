export {
  JOB_STATUSES,
  type JobStatus,
  type MapJobStatusOptions,
  type MappedJobStatus,
  mapJobStatus,
} from "./map-job-status.ts";
