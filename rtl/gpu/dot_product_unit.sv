// Dot-product unit of a tensor core: DEPTH lanes, an adder and an accumulator.
//
// Operands that are valid in one cycle are in the registers in the next, and their sum is in acc_q in the one after.
// C++ twin: sim/accel/tensor_core.hpp, equal in every cycle (tests/rtl/).
module dot_product_unit #(
    parameter int DEPTH             = 16,
    parameter bit PRODUCT_IS_SIGNED = 1'b0,  // products in two's complement
    parameter bit WEIGHT_ON_PORT_A  = 1'b1   // port B carries the activation
) (
    input  logic                  clk_i,
    input  logic                  rst_ni,    // synchronous, active low
    input  logic                  valid_i,   // the operands are a step
    input  logic [DEPTH-1:0][7:0] act_i,
    input  logic [DEPTH-1:0][7:0] weight_i,
    input  logic [DEPTH-1:0]      negate_i,  // products that are subtracted
    input  logic [DEPTH-1:0]      enable_i,  // products that count
    input  logic [31:0]           sum_i,     // what the products are added to
    output logic                  valid_o,   // acc_o was loaded at the last edge
    output logic [31:0]           acc_o
);

  logic [31:0] addend[DEPTH];
  for (genvar e = 0; e < DEPTH; e++) begin : g_lane
    tensor_lane #(
        .PRODUCT_IS_SIGNED(PRODUCT_IS_SIGNED),
        .WEIGHT_ON_PORT_A (WEIGHT_ON_PORT_A)
    ) u_lane (
        .clk_i,
        .rst_ni,
        .load_i  (valid_i),
        .act_i   (act_i[e]),
        .weight_i(weight_i[e]),
        .negate_i(negate_i[e]),
        .enable_i(enable_i[e]),
        .addend_o(addend[e])
    );
  end

  logic valid_q, acc_valid_q;
  logic [31:0] sum_q, acc_q, acc_d;

  always_comb begin
    acc_d = sum_q;
    for (int e = 0; e < DEPTH; e++) acc_d = acc_d + addend[e];
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_q     <= 1'b0;
      sum_q       <= '0;
      acc_valid_q <= 1'b0;
      acc_q       <= '0;
    end else begin
      valid_q     <= valid_i;
      acc_valid_q <= valid_q;
      if (valid_i) sum_q <= sum_i;
      if (valid_q) acc_q <= acc_d;
    end
  end

  assign valid_o = acc_valid_q;
  assign acc_o   = acc_q;

endmodule
