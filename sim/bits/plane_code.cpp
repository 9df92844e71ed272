#include "bits/plane_code.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/error.hpp"

#if defined(__x86_64__) && defined(__unix__)
#define FAULTWAVE_HAS_PLANE_CODE 1
#include <sys/mman.h>
#else
#define FAULTWAVE_HAS_PLANE_CODE 0
#endif

namespace faultwave::bits {
namespace {

constexpr uint16_t kNever = 0xFFFF;
constexpr uint8_t kNoRegister = 0xFF;
constexpr uint32_t kNoHome = 0xFFFFFFFF;
constexpr uint16_t kZeroValue = 16;  // values 0 to 15 are operands
constexpr uint16_t kFirstResult = 17;
constexpr unsigned kNumRegisters = 15;  // ymm15 is for outputs on their way
constexpr unsigned kTemporary = 15;
constexpr std::size_t kVectorBytes = 32;
constexpr std::size_t kPlaneBytes = kChunkWords * sizeof(uint64_t);

// VEX.256.66.0F opcodes.
constexpr uint8_t kVpand = 0xDB;
constexpr uint8_t kVpandn = 0xDF;  // ~first & second
constexpr uint8_t kVpor = 0xEB;
constexpr uint8_t kVpxor = 0xEF;

/// A place in memory: base register and displacement.
enum Base : uint32_t { kOutputs = 2, kScratch = 6, kOperands = 7 };  // rdx, rsi, rdi
constexpr uint32_t home(Base base, std::size_t displacement) {
  return static_cast<uint32_t>(displacement) << 3 | base;
}
// Scratch holds zeros, ones, then spilled values.
constexpr uint32_t kZerosHome = home(kScratch, 0);
constexpr uint32_t kOnesHome = home(kScratch, kVectorBytes);
constexpr std::size_t kFirstSpill = 2;

/// A step takes at most two loads, two stores of spilled values and the operation, besides its part
/// of the outputs: three instructions for each. No instruction has more than 8 bytes.
constexpr std::size_t kBytesPerStep = 5 * 8;
constexpr std::size_t kBytesForOutputs = 16 * 3 * 8 + 16;

}  // namespace

/// Code and scratch planes. One mapping that is both writable and executable: the processor sees
/// what is written under the same address without a system call.
struct PlaneCode::Memory {
  uint8_t* code = nullptr;
  std::size_t num_bytes = 0;
  struct alignas(kVectorBytes) Vector {
    std::array<uint8_t, kVectorBytes> bytes;
  };
  std::vector<Vector> scratch;  // [0]: zeros, [1]: ones, then spilled values

  Memory() = default;
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  ~Memory() { release(); }

  void release() {
#if FAULTWAVE_HAS_PLANE_CODE
    if (code != nullptr) munmap(code, num_bytes);
#endif
    code = nullptr;
    num_bytes = 0;
  }

  bool reserve(std::size_t bytes) {
    if (bytes <= num_bytes) return true;
    release();
#if FAULTWAVE_HAS_PLANE_CODE
    bytes = std::bit_ceil(std::max<std::size_t>(bytes, 4096));
    void* mapped = mmap(nullptr, bytes, PROT_READ | PROT_WRITE | PROT_EXEC,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) return false;
    code = static_cast<uint8_t*>(mapped);
    num_bytes = bytes;
    return true;
#else
    return false;
#endif
  }
};

/// Writes instructions. Every store is of 8 bytes: the buffer ends that much later.
class PlaneCode::Emitter {
 public:
  explicit Emitter(uint8_t* begin) : at_(begin) {}
  const uint8_t* at() const { return at_; }

  /// y = op(a, b), all registers.
  void operation(uint8_t opcode, unsigned y, unsigned a, unsigned b) {
    const uint64_t modrm = 0xC0 | (y & 7) << 3 | (b & 7);
    if (b < 8) {
      put(0xC5 | prefix(y, a, kInteger) << 8 | uint64_t{opcode} << 16 | modrm << 24, 4);
    } else {
      const uint64_t map = (y < 8 ? 0x80u : 0u) | 0x41;  // ~R, ~X = 1, ~B = 0, map 0F
      put(0xC4 | map << 8 | (prefix(8, a, kInteger)) << 16 | uint64_t{opcode} << 24 | modrm << 32,
          5);
    }
  }
  /// y = op(a, memory).
  void operation_from(uint8_t opcode, unsigned y, unsigned a, uint32_t from) {
    with_memory(opcode, prefix(y, a, kInteger), y, from);
  }
  void load(unsigned y, uint32_t from) { with_memory(0x6F, prefix(y, 0, kUnaligned), y, from); }
  void store(unsigned x, uint32_t to) { with_memory(0x7F, prefix(x, 0, kUnaligned), x, to); }
  void finish() { put(0xC3'77F8C5, 4); }  // vzeroupper, ret

 private:
  enum Group : uint64_t { kInteger = 1, kUnaligned = 2 };  // prefixes 66 and F3
  /// Last byte of the VEX prefix: ~R (in the short form), ~a, 256 bits, group.
  static uint64_t prefix(unsigned y, unsigned a, Group group) {
    return (y < 8 ? 0x80u : 0u) | (~a & 15u) << 3 | 4u | group;
  }
  void with_memory(uint8_t opcode, uint64_t prefix, unsigned y, uint32_t place) {
    const uint64_t modrm = 0x80 | (y & 7) << 3 | (place & 7);
    put(0xC5 | prefix << 8 | uint64_t{opcode} << 16 | modrm << 24 | uint64_t{place >> 3} << 32, 8);
  }
  void put(uint64_t bytes, std::size_t count) {
    std::memcpy(at_, &bytes, sizeof bytes);
    at_ += count;
  }

  uint8_t* at_;
};

/// Which value is in which register, and when it is read again.
class PlaneCode::Allocator {
 public:
  Allocator(PlaneCode& code, Emitter& emitter) : code_(code), emitter_(emitter) {
    next_.fill(kNever);
    value_.fill(0);
  }

  bool has_free() const { return free_ != 0; }

  /// A register for a value; the one whose value is read last must leave when all are taken.
  unsigned take(uint16_t value, uint16_t next_use, unsigned keep) {
    const auto reg = free_ != 0 ? static_cast<unsigned>(std::countr_zero(free_)) : evict(keep);
    free_ &= ~(1u << reg);
    value_[reg] = value;
    next_[reg] = next_use;
    code_.value_register_[value] = static_cast<uint8_t>(reg);
    return reg;
  }
  void set_next_use(unsigned reg, uint16_t next_use) {
    next_[reg] = next_use;
    if (next_use == kNever) release(reg);
  }
  std::size_t num_spills() const { return num_spills_; }

 private:
  void release(unsigned reg) {
    free_ |= 1u << reg;
    code_.value_register_[value_[reg]] = kNoRegister;
  }
  unsigned evict(unsigned keep) {
    unsigned furthest = keep == 0 ? 1 : 0;
    for (unsigned reg = furthest + 1; reg < kNumRegisters; ++reg) {
      furthest = next_[reg] > next_[furthest] && reg != keep ? reg : furthest;
    }
    uint32_t& place = code_.value_home_[value_[furthest]];
    if (place == kNoHome) {
      place = home(kScratch, (kFirstSpill + num_spills_++) * kVectorBytes);
      emitter_.store(furthest, place);
    }
    release(furthest);
    return furthest;
  }

  PlaneCode& code_;
  Emitter& emitter_;
  uint32_t free_ = (1u << kNumRegisters) - 1;
  std::array<uint16_t, kNumRegisters> next_{};
  std::array<uint16_t, kNumRegisters> value_{};
  std::size_t num_spills_ = 0;
};

bool PlaneCode::is_available() {
#if FAULTWAVE_HAS_PLANE_CODE
  static const bool is_allowed = [] { return Memory().reserve(1); }();
  const std::string level = simd_level();
  return is_allowed && (level == "AVX2" || level.starts_with("AVX3"));
#else
  return false;
#endif
}

PlaneCode::PlaneCode() : memory_(std::make_unique<Memory>()) {
  FAULTWAVE_CHECK(is_available(), "machine code of plane programs is not available here");
}
PlaneCode::~PlaneCode() = default;

namespace {

/// An operation as an AND (or XOR) whose inputs and output may be complemented.
struct Form {
  bool is_xor, invert_a, invert_b, invert;
};

constexpr Form form_of(PlaneOp op) {
  switch (op) {
    case PlaneOp::kNand:
      return {false, false, false, true};
    case PlaneOp::kOr:
      return {false, true, true, true};
    case PlaneOp::kNor:
      return {false, true, true, false};
    case PlaneOp::kXor:
      return {true, false, false, false};
    case PlaneOp::kXnor:
      return {true, false, false, true};
    case PlaneOp::kAndNot:
      return {false, false, true, false};
    case PlaneOp::kOrNot:
      return {false, true, false, true};
    default:
      return {false, false, false, false};
  }
}

/// What computes a form whose inputs are stored complemented (index bit 0: a, bit 1: b, bit 2:
/// XOR).
struct Instruction {
  uint8_t opcode;
  bool swap, invert;
};
constexpr std::array<Instruction, 8> kInstructions = {{{kVpand, false, false},
                                                       {kVpandn, false, false},
                                                       {kVpandn, true, false},
                                                       {kVpor, false, true},
                                                       {kVpxor, false, false},
                                                       {kVpxor, false, true},
                                                       {kVpxor, false, true},
                                                       {kVpxor, false, false}}};

constexpr auto kForms = [] {
  std::array<Form, static_cast<std::size_t>(PlaneOp::kMux)> forms{};
  for (std::size_t i = 0; i < forms.size(); ++i) forms[i] = form_of(static_cast<PlaneOp>(i));
  return forms;
}();

}  // namespace

void PlaneCode::lower(const PlaneProgram& program) {
  slots_.assign(program.num_slots, {kZeroValue, 0});
  for (uint16_t bit = 0; bit < 16; ++bit) slots_[bit].value = bit;
  slots_[kOneSlot].inverted = 1;
  operations_.resize(program.steps.size());
  std::size_t count = 0;
  for (const PlaneStep& step : program.steps) {
    FAULTWAVE_CHECK(step.op < PlaneOp::kMux, "plane programs have no multiplexers");
    const Slot a = slots_[step.a];
    const Slot b = slots_[step.b];
    if (step.op == PlaneOp::kNot || step.op == PlaneOp::kCopy) {
      const unsigned inverts = step.op == PlaneOp::kNot ? 1 : 0;
      slots_[step.y] = {a.value, static_cast<uint16_t>(a.inverted ^ inverts)};
      continue;
    }
    const Form& form = kForms[static_cast<std::size_t>(step.op)];
    const unsigned index = (a.inverted ^ unsigned{form.invert_a}) |
                           (b.inverted ^ unsigned{form.invert_b}) << 1 | unsigned{form.is_xor} << 2;
    const Instruction& instruction = kInstructions[index];
    Operation& operation = operations_[count];
    operation.opcode = instruction.opcode;
    operation.x = instruction.swap ? b.value : a.value;
    operation.y = instruction.swap ? a.value : b.value;
    slots_[step.y] = {static_cast<uint16_t>(kFirstResult + count),
                      static_cast<uint16_t>(form.invert != instruction.invert ? 1 : 0)};
    ++count;
  }
  operations_.resize(count);
}

void PlaneCode::find_next_uses() {
  next_use_.assign(kFirstResult + operations_.size(), kNever);
  for (std::size_t i = operations_.size(); i-- > 0;) {
    Operation& operation = operations_[i];
    operation.next_result = next_use_[kFirstResult + i];
    if (operation.next_result == kNever && output_bits_[kFirstResult + i] == 0) continue;
    operation.next_x = next_use_[operation.x];
    operation.next_y = next_use_[operation.y];
    next_use_[operation.x] = next_use_[operation.y] = static_cast<uint16_t>(i);
  }
}

void PlaneCode::compile(const PlaneProgram& program) {
  FAULTWAVE_CHECK(program.steps.size() < kNever - kFirstResult, "too many steps");
  lower(program);
  const std::size_t num_values = kFirstResult + operations_.size();
  output_bits_.assign(num_values, 0);
  output_inverted_ = 0;
  for (std::size_t bit = 0; bit < 16; ++bit) {
    const Slot& slot = slots_[program.outputs[bit]];
    output_bits_[slot.value] |= static_cast<uint16_t>(1u << bit);
    output_inverted_ |= static_cast<uint16_t>(slot.inverted << bit);
  }
  find_next_uses();
  value_register_.assign(num_values, kNoRegister);
  value_home_.assign(num_values, kNoHome);
  for (std::size_t bit = 0; bit < 16; ++bit) value_home_[bit] = home(kOperands, bit * kPlaneBytes);
  value_home_[kZeroValue] = kZerosHome;
  FAULTWAVE_CHECK(memory_->reserve(operations_.size() * kBytesPerStep + kBytesForOutputs),
                  "no executable memory");
  Emitter emitter(memory_->code);
  Allocator registers(*this, emitter);

  const auto store_outputs = [&](uint16_t value, unsigned reg) {
    for (unsigned bits = output_bits_[value]; bits != 0; bits &= bits - 1) {
      const auto bit = static_cast<std::size_t>(std::countr_zero(bits));
      const uint32_t place = home(kOutputs, bit * kPlaneBytes);
      if (((output_inverted_ >> bit) & 1u) != 0) {
        emitter.operation_from(kVpxor, kTemporary, reg, kOnesHome);
        emitter.store(kTemporary, place);
      } else {
        emitter.store(reg, place);
        value_home_[value] = place;
      }
    }
  };
  for (std::size_t i = 0; i < operations_.size(); ++i) {
    Operation operation = operations_[i];
    const auto result = static_cast<uint16_t>(kFirstResult + i);
    if (operation.next_result == kNever && output_bits_[result] == 0) continue;  // nobody reads it
    unsigned x = value_register_[operation.x];
    unsigned y = value_register_[operation.y];
    if (x == kNoRegister && y != kNoRegister && operation.opcode != kVpandn) {
      std::swap(operation.x, operation.y);
      std::swap(operation.next_x, operation.next_y);
      std::swap(x, y);
    }
    if (x == kNoRegister) {
      x = registers.take(operation.x, operation.next_x, y);
      emitter.load(x, value_home_[operation.x]);
    }
    if (operation.y == operation.x) y = x;
    if (y == kNoRegister && operation.next_y != kNever && registers.has_free()) {
      y = registers.take(operation.y, operation.next_y, x);
      emitter.load(y, value_home_[operation.y]);
    }
    registers.set_next_use(x, operation.next_x);
    if (y != kNoRegister && y != x) registers.set_next_use(y, operation.next_y);
    const unsigned to = registers.take(result, operation.next_result, kNoRegister);
    if (y == kNoRegister) {
      emitter.operation_from(operation.opcode, to, x, value_home_[operation.y]);
    } else {
      emitter.operation(operation.opcode, to, x, y);
    }
    if (output_bits_[result] != 0) store_outputs(result, to);
    registers.set_next_use(to, operation.next_result);
  }
  for (uint16_t value = 0; value < kFirstResult; ++value) {
    if (output_bits_[value] == 0) continue;
    emitter.load(0, value_home_[value]);  // no register is needed any more
    store_outputs(value, 0);
  }
  emitter.finish();
  num_code_bytes_ = static_cast<std::size_t>(emitter.at() - memory_->code);
  num_spills_ = registers.num_spills();
  if (memory_->scratch.size() < kFirstSpill + num_spills_) {
    memory_->scratch.resize(kFirstSpill + num_spills_);
    memory_->scratch[0].bytes.fill(0);
    memory_->scratch[1].bytes.fill(0xFF);
  }
}

void PlaneCode::run(const uint64_t* operands, uint64_t* outputs) const {
  using Function = void (*)(const uint64_t*, void*, uint64_t*);
  Function function = nullptr;
  std::memcpy(&function, &memory_->code, sizeof function);
  constexpr std::size_t kVectorWords = kVectorBytes / sizeof(uint64_t);
  for (std::size_t word = 0; word < kChunkWords; word += kVectorWords) {
    function(operands + word, memory_->scratch.data(), outputs + word);
  }
}

}  // namespace faultwave::bits
