export const patients = {
  "patients.title": "Paciente",
};
