#pragma once

namespace mettle::cli {

// One function a verb: flags to objects, run, exit code. `argv[0]` is the verb's name. They throw
// StartupError for what the user must put right; main() prints it.
int serve_main(int argc, char** argv);
int load_main(int argc, char** argv);
int prove_main(int argc, char** argv);
int compare_main(int argc, char** argv);
int runs_main(int argc, char** argv);

// `mettle`: picks the verb, prints errors, and turns them into exit codes.
int run(int argc, char** argv);

}  // namespace mettle::cli
