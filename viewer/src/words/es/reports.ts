export const reports = {
  "reports.title": "Informe",
};
