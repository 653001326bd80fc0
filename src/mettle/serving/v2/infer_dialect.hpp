#pragma once

#include "mettle/serving/model_route.hpp"

namespace mettle::v2 {

// `POST .../infer` of KServe V2: JSON, or with the binary tensor extension.
class InferDialect final : public Dialect {
public:
    std::unique_ptr<Question> make_question() const override;
    Result<void> read(HttpCall& call) const override;
    Result<void> write(HttpCall& call, http::Response& response) const override;
    void refuse(http::Response& response, const Error& error, int retry_after_ms) const override;
};

}  // namespace mettle::v2
