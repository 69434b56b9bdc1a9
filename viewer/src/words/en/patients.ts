export const patients = {
  "patients.title": "Patient",
};
