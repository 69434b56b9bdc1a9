import { expect, test, vi } from "vitest";
import { fakeService, problem, status, study, worklist } from "../testing/fakeService";
import { answer, createApi } from "./http";
import { ApiProblem } from "./problem";

function clinic(routes: Parameters<typeof fakeService>[0]) {
  const service = fakeService(routes);
  const loggedOut = vi.fn<() => void>();
  const wire = { csrf: () => "secret-value", language: "es", loggedOut };
  return { service, loggedOut, ...createApi(wire, service.fetch) };
}

async function failureOf(call: Promise<unknown>): Promise<ApiProblem> {
  return call.then(
    () => Promise.reject(new Error("it was expected to fail")),
    (failure: unknown) => {
      expect(failure).toBeInstanceOf(ApiProblem);
      return failure as ApiProblem;
    },
  );
}

test("an unsafe call carries the value against forgery, a safe one does not", async () => {
  const { client, service } = clinic({
    "GET /api/v1/worklist": () => worklist([]),
    "PATCH /api/v1/studies/4": () => study(4),
  });
  await answer(client.GET("/api/v1/worklist"));
  const path = { study_id: 4 };
  await answer(
    client.PATCH("/api/v1/studies/{study_id}", { params: { path }, body: { priority: "stat" } }),
  );
  expect(service.asked.map(({ headers }) => headers.get("X-CSRF-Token"))).toEqual([
    null,
    "secret-value",
  ]);
});

test("texts are asked for in the language of the page", async () => {
  const { client, service } = clinic({ "GET /api/v1/worklist": () => worklist([]) });
  await answer(client.GET("/api/v1/worklist"));
  expect(service.asked[0]?.headers.get("Accept-Language")).toBe("es");
});

test("what the service refuses comes as its four parts with the status", async () => {
  const { client } = clinic({ "GET /api/v1/users": () => status(403, problem("Not allowed.")) });
  const failure = await failureOf(answer(client.GET("/api/v1/users")));
  expect(failure.status).toBe(403);
  expect(failure.parts).toEqual(problem("Not allowed."));
});

test("an answer that is no problem of the service, as a proxy gives, is a problem as well", async () => {
  const { client } = clinic({
    "GET /api/v1/users": () => new Response("<h1>Bad gateway</h1>", { status: 502 }),
  });
  const failure = await failureOf(answer(client.GET("/api/v1/users")));
  expect(failure.status).toBe(502);
  expect(failure.parts.found).toContain("Bad gateway");
});

test("no answer at all is told apart from a refusal", async () => {
  const { service, client } = clinic({});
  service.on("GET /api/v1/users", () => Promise.reject(new TypeError("connection refused")));
  const failure = await failureOf(answer(client.GET("/api/v1/users")));
  expect(failure.unreachable).toBe(true);
  expect(failure.parts.found).toBe("connection refused");
});

test("a call that was given up stays an abort and is no failure", async () => {
  const controller = new AbortController();
  const { service, client } = clinic({});
  service.on("GET /api/v1/users", () => Promise.reject(new DOMException("", "AbortError")));
  controller.abort();
  await expect(answer(client.GET("/api/v1/users"))).rejects.toMatchObject({ name: "AbortError" });
});

test("a lost session is told", async () => {
  const { client, loggedOut } = clinic({
    "GET /api/v1/worklist": () => status(401, problem("You are not logged in.")),
  });
  await failureOf(answer(client.GET("/api/v1/worklist")));
  expect(loggedOut).toHaveBeenCalledOnce();
});

test("a wrong password ends no session", async () => {
  const refused = () => status(401, problem("Nobody was logged in."));
  const { client, loggedOut } = clinic({
    "POST /api/v1/session": refused,
    "PUT /api/v1/session/password": refused,
  });
  await failureOf(
    answer(client.POST("/api/v1/session", { body: { name: "a", password: "b" } })),
  );
  const body = { password: "b", new_password: "c" };
  await failureOf(answer(client.PUT("/api/v1/session/password", { body })));
  expect(loggedOut).not.toHaveBeenCalled();
});

test("an answer without a body is no failure", async () => {
  const { client } = clinic({ "DELETE /api/v1/session": () => status(204) });
  await expect(answer(client.DELETE("/api/v1/session"))).resolves.toBeUndefined();
});
