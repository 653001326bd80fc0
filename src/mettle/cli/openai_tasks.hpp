#pragma once

#include "mettle/cli/flags.hpp"
#include "mettle/cli/load_setup.hpp"

namespace mettle::cli {

void add_generation_flags(Flags& flags, GenerationOptions& options);

// Tasks, program and names of a load on an OpenAI-style endpoint. Throws StartupError for what is
// wrong with the prompts.
void make_openai_requests(const LoadOptions& options, LoadRequests& requests);

}  // namespace mettle::cli
