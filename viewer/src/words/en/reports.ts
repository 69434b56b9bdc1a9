export const reports = {
  "reports.title": "Report",
};
