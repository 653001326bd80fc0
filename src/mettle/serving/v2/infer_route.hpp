#pragma once

#include "mettle/app/app.hpp"
#include "mettle/inference/repository.hpp"

#include <string_view>

namespace mettle::v2 {

// Answers `POST .../infer`: parses into a call of the model, submits it, and encodes what comes
// back. Calls are pooled by model; a call that a worker answers comes back to the connection's own
// thread.
class InferRoute {
public:
    // `repository` must outlive the route.
    explicit InferRoute(const ModelRepository& repository);
    ~InferRoute();

    // The parameters are {model} and, where the route has it, {version}.
    void handle(app::Context& context);

private:
    class Pool;
    class Turn;
    struct Call;

    const ModelRepository& repository_;
    std::unique_ptr<Pool> pool_;
};

// Answers with an error in V2's form and the status of its kind. `retry_after_ms`, when positive,
// is said in both headers.
void answer_error(http::Response& response, const Error& error, int retry_after_ms = 0);
int status_of(Error::Kind kind);

// The model that the path names. Answers 404 or 400 itself, and returns null, when there is none.
ServedModel* find_model(const ModelRepository& repository, app::Context& context);

}  // namespace mettle::v2
