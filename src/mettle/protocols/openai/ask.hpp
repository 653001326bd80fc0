#pragma once

// Servers that answer as OpenAI's API does: vLLM, llama.cpp, TGI, Ollama and others.

#include "mettle/protocols/questions.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::protocols::openai {

// From GET /v1/models: {"object": "list", "data": [{"id": ..., "object": "model"}]}.
Result<std::vector<std::string>> parse_models(std::string_view body);

// A path that ends with an endpoint of it ("/v1/chat/completions") or with "/v1": the endpoint
// goes to `target.version`, what stands before it stays in the URL. False for others.
bool take_path(TargetUrl& target);

// Nothing when the target does not speak it. The target's URL holds the endpoint's path.
std::optional<Result<Target>> ask(Questions& questions);

}  // namespace mettle::protocols::openai
