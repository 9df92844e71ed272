// fw8s_ev_wce8064: evolved, wce <= 8064, smallest area of its gates
// 8x8 bits, two's complement operands and product
//
// Error over all 65,536 operand pairs: MAE 2365.809, WCE 7973, EP 99.995 %, MRE 2062.729 %,
//   mean -179.250
// Mapped to faultwave45.lib: 21.6 um^2, 0.0234 pJ per multiplication, 0.17 ns
// Expected MAE under a random stuck-at fault of this netlist: 4082.0
// Nets: pp_<i>_<j> = A[i] & B[j]; <gate>_<l>_<n> gate n of its kind at level l
// Method: Cartesian genetic programming, J. F. Miller and P. Thomson, EuroGP 2000
//
// Generated in 61 s, do not edit:
//   faultwave evolve --width 8 --signed --metric wce --limit 8064 --objective area --seed-netlist fw8s_ev_wce1743 --seed 1 --islands 2 --offspring 4 --generations 295000 --out fw8s_ev_wce8064.v
module fw8s_ev_wce8064 (
  // verilator lint_off UNUSED
  input  wire signed [7:0] A,
  input  wire signed [7:0] B,
  // verilator lint_on UNUSED
  output wire signed [15:0] O
);
  wire nand_1_0;
  wire ornot_1_0;
  wire xnor_1_0;
  wire xnor_1_1;
  wire ornot_2_0;
  wire and_2_0;
  wire xor_3_0;
  wire const1;
  wire const0;

  assign nand_1_0 = ~(A[7] & B[6]);
  assign ornot_1_0 = A[7] | ~B[7];
  assign xnor_1_0 = B[7] ~^ B[6];
  assign xnor_1_1 = A[6] ~^ B[6];
  assign ornot_2_0 = A[6] | ~xnor_1_0;
  assign and_2_0 = ornot_1_0 & nand_1_0;
  assign xor_3_0 = ornot_2_0 ^ and_2_0;
  assign const1 = 1'b1;
  assign const0 = 1'b0;

  assign O[0] = const1;
  assign O[1] = const1;
  assign O[2] = A[6];
  assign O[3] = const1;
  assign O[4] = const1;
  assign O[5] = B[1];
  assign O[6] = B[6];
  assign O[7] = B[6];
  assign O[8] = ornot_2_0;
  assign O[9] = const0;
  assign O[10] = B[2];
  assign O[11] = A[3];
  assign O[12] = xor_3_0;
  assign O[13] = xnor_1_1;
  assign O[14] = xor_3_0;
  assign O[15] = xor_3_0;
endmodule
